// Makes tests/vectors/chunks.json: where rabin and buzhash of boxo, an implementation by others, cut
// made-up content. crates/dag/tests/suite/shapes.rs compares ours with them.
//
// Not a part of any build. To run it again, with the module outside this repository:
//
//	dir=$(mktemp -d) && cp tests/vectors/chunks.go "$dir/main.go" && cd "$dir"
//	go mod init chunks && go get github.com/ipfs/boxo/chunker@v0.22.0 && go run . > chunks.json
//
// File content is that of make.mjs: 32-bit xorshift (13, 17, 5) seeded with 0x74726962, each state
// as four bytes, little-endian, cut to the length wanted. "zeros" is zero bytes.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"

	chunk "github.com/ipfs/boxo/chunker"
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

type vector struct {
	Chunker string `json:"chunker"`
	Zeros   bool   `json:"zeros"`
	Size    int    `json:"size"`
	Chunks  []int  `json:"chunks"`
}

func main() {
	cases := []vector{
		{Chunker: "rabin", Size: 3 << 20},
		{Chunker: "rabin-16-17-18", Size: 200},
		{Chunker: "rabin-100-400-1000", Size: 20000},
		{Chunker: "rabin-17-64-1048576", Size: 5000},
		{Chunker: "rabin-1000", Size: 30000},
		{Chunker: "rabin-65536-131072-262144", Size: 1 << 20},
		{Chunker: "rabin-16-32-64", Size: 15},
		{Chunker: "rabin-16-32-64", Size: 16},
		{Chunker: "rabin-16-32-64", Size: 64},
		{Chunker: "rabin-100-400-1000", Zeros: true, Size: 5000},
		{Chunker: "buzhash", Size: 1},
		{Chunker: "buzhash", Size: 128<<10 - 1},
		{Chunker: "buzhash", Size: 128 << 10},
		{Chunker: "buzhash", Size: 128<<10 + 1},
		{Chunker: "buzhash", Size: 8 << 20},
		{Chunker: "buzhash", Zeros: true, Size: 2<<20 + 5},
	}
	for i := range cases {
		c := &cases[i]
		data := content(c.Size)
		if c.Zeros {
			data = make([]byte, c.Size)
		}
		s, err := chunk.FromString(bytes.NewReader(data), c.Chunker)
		if err != nil {
			panic(err)
		}
		for {
			piece, err := s.NextBytes()
			if err == io.EOF {
				break
			}
			if err != nil {
				panic(err)
			}
			c.Chunks = append(c.Chunks, len(piece))
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.Encode(map[string]any{"madeBy": "github.com/ipfs/boxo/chunker v0.22.0", "chunks": cases})
}
