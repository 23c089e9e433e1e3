// Makes tests/vectors/shards.json: what klauspost/reedsolomon, the library of BTFS, computes for
// made-up content; and the roots over the shards, put together by the rules in docs/format.md.
// crates/dag/tests/suite/shards.rs compares ours with them.
//
// Not a part of any build. To run it again, with the modules outside this repository:
//
//	dir=$(mktemp -d) && cp tests/vectors/shards.go "$dir/main.go" && cd "$dir"
//	go mod init shards && go get github.com/klauspost/reedsolomon@v1.12.4 && go run . > shards.json
//
// File content is that of make.mjs. Shards here are no longer than a chunk, so each is one leaf.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	rs "github.com/klauspost/reedsolomon"
)

func content(size int) []byte {
	state := uint32(0x74726962)
	var out bytes.Buffer
	for out.Len() < size {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		binary.Write(&out, binary.LittleEndian, state)
	}
	return out.Bytes()[:size]
}

func field(number int, bytes []byte) []byte {
	out := binary.AppendUvarint([]byte{byte(number<<3 | 2)}, uint64(len(bytes)))
	return append(out, bytes...)
}

func number(field int, value uint64) []byte {
	return binary.AppendUvarint([]byte{byte(field << 3)}, value)
}

// A block with what a parent says of it.
type node struct {
	hash  []byte
	total uint64
	size  uint64
}

func block(bytes []byte, below, size uint64) node {
	sum := sha256.Sum256(bytes)
	return node{append([]byte{0x12, 32}, sum[:]...), uint64(len(bytes)) + below, size}
}

func leaf(kind uint64, data []byte) node {
	message := append(number(1, kind), field(2, data)...)
	message = append(message, number(3, uint64(len(data)))...)
	return block(field(1, message), 0, uint64(len(data)))
}

// A File node over children; sizes says what its block sizes are.
func over(children []node, sizes []uint64) node {
	var links []byte
	var below, sum uint64
	for _, child := range children {
		link := append(field(1, child.hash), field(2, nil)...)
		links = append(links, field(2, append(link, number(3, child.total)...))...)
		below += child.total
	}
	for _, size := range sizes {
		sum += size
	}
	message := append(number(1, 2), number(3, sum)...)
	for _, size := range sizes {
		message = append(message, number(4, size)...)
	}
	return block(append(links, field(1, message)...), below, sum)
}

type vector struct {
	Data   int      `json:"data"`
	Parity int      `json:"parity"`
	Size   int      `json:"size"`
	Parts  []string `json:"shardSha256"`
	Rs     string   `json:"rsRoot,omitempty"`
	Root   string   `json:"root,omitempty"`
}

func main() {
	vectors := []vector{
		{Data: 10, Parity: 20, Size: 1}, {Data: 10, Parity: 20, Size: 10}, {Data: 10, Parity: 20, Size: 11},
		{Data: 10, Parity: 20, Size: 100003}, {Data: 1, Parity: 1, Size: 77}, {Data: 5, Parity: 5, Size: 1000},
		{Data: 3, Parity: 2, Size: 700001}, {Data: 17, Parity: 3, Size: 4096}, {Data: 128, Parity: 128, Size: 5000},
		{Data: 200, Parity: 56, Size: 99999},
	}
	for i := range vectors {
		v := &vectors[i]
		enc, err := rs.New(v.Data, v.Parity)
		if err != nil {
			panic(err)
		}
		shards, err := enc.Split(content(v.Size))
		if err != nil {
			panic(err)
		}
		if err := enc.Encode(shards); err != nil {
			panic(err)
		}
		var leaves []node
		var sizes []uint64
		for _, shard := range shards {
			sum := sha256.Sum256(shard)
			v.Parts = append(v.Parts, hex.EncodeToString(sum[:8]))
			leaf := leaf(2, shard)
			leaves = append(leaves, leaf)
			sizes = append(sizes, leaf.total)
		}
		rsRoot := over(leaves, sizes)
		json := fmt.Sprintf(`{"NumData":%d,"NumParity":%d,"FileSize":%d,"IsDir":false,`+
			`"ChunkSize":262144,"MaxLinks":174,"TrickleFormat":false}#{}`, v.Data, v.Parity, v.Size)
		meta := leaf(6, []byte(json))
		root := over([]node{meta, rsRoot}, []uint64{meta.size, rsRoot.total})
		v.Rs, v.Root = hex.EncodeToString(rsRoot.hash), hex.EncodeToString(root.hash)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"madeBy": "github.com/klauspost/reedsolomon v1.12.4", "vectors": vectors,
	})
}
