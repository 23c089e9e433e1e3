//! Denylists: the expectations of the reference implementation, and what holds for any list.

use std::hash::{BuildHasherDefault, DefaultHasher};

use dag::denylist::{
    Asked, Extent, Header, ParseHeader, ParseRule, Place, Rule, Rules, Scan, ScanList, Scanner,
    Target,
};
use dag::{Cid, parse_cid};
use proptest::prelude::*;

type Keyed = BuildHasherDefault<DefaultHasher>;

/// The rules, the header, how many lines were not understood, and whether the end is open.
fn read_in(list: &[u8], piece: usize) -> Result<(Rules<Keyed>, Header, usize, bool), ScanList> {
    let mut rules = Rules::new(Keyed::default());
    let mut bad = 0;
    let mut each = |scan| match scan {
        Scan::Rule(rule, offset, line) => {
            let offset = u32::try_from(offset).expect("test lists are short");
            rules.add(&rule, Place { offset, line });
        }
        Scan::Bad(..) => bad += 1,
    };
    let mut scanner = Scanner::new();
    for bytes in list.chunks(piece) {
        scanner.push(bytes, &mut each)?;
    }
    let (header, open) = scanner.finish(&mut each)?;
    Ok((rules, header, bad, open))
}

fn read(list: &str) -> Rules<Keyed> {
    read_in(list.as_bytes(), 4096).expect("the list reads").0
}

fn cid(text: &str) -> Cid {
    parse_cid(text).expect("a test's address parses")
}

fn question(path: &str) -> Asked {
    let rest = path.trim_start_matches('/');
    let mut parts = rest.split('/');
    let (space, root) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let names: Vec<&str> = parts.collect();
    match space {
        "ipfs" | "btfs" => Asked::path(&cid(root), &names),
        _ => Asked::name(root, &names),
    }
}

fn blocks(rules: &Rules<Keyed>, path: &str) -> bool {
    rules
        .find(&question(path))
        .is_some_and(|found| !found.allow)
}

/// The addresses and hashes are those of the specification's examples.
const EXAMPLES: &str = "\
version: 1
name: \"An example\"
description: everything that can be said  # once
author: '@nobody'
other:
  - 1
  - 2
hints:
  gateway_status: 451
  b: c
---
# by address
/ipfs/bafybeihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq
/btfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8/*

/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/test*
/ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC/test/*
/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked*
!/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blockednot
+/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked/not
!/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked/exceptions*
/ipns/domain.example
/btns/domain2.example/path
/ipns/k51qzi5uqu5dhmzyv3zac033i7rl9hkgczxyl81lwoukda2htteop7d3x0y1mf
//d9d295bde21f422d471a90f2a37ec53049fdf3e5fa3ee2e8f20e10003da429e7
//3f8b9febd851873b3774b937cce126910699ceac56e72e64b866f8e258d09572
//c555c4de78827ba42527dd3dc5398db38d6c0a8c345a88e0158b2d100f317e50 reason:x
//QmX9dhRcQcKUw3Ws8485T5a9dtjrSCQaUAHnG4iK9i4ceM
//QmbK7LDv5NNBvYQzNfm2eED17SNLt1yNMapcUhSuNLgkqz
//gW813G35CnLsy7gRYYHuf63hrz71U1xoLFDVeV7actx6oX
/my/path
nonsense
";

#[test]
fn the_examples_of_the_specification_are_decided_as_the_reference_does() {
    let (rules, header, bad, open) = read_in(EXAMPLES.as_bytes(), 7).expect("it reads");
    assert_eq!(header.name.as_deref(), Some("An example"));
    assert_eq!(
        header.description.as_deref(),
        Some("everything that can be said")
    );
    assert_eq!(header.author.as_deref(), Some("@nobody"));
    assert_eq!(header.hints["gateway_status"], "451");
    assert_eq!(header.hints.len(), 2);
    assert_eq!((rules.len(), bad, open), (16, 3, false));
    const A: &str = "bafybeihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq";
    const C: &str = "QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC";
    const D: &str = "QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK";
    const E: &str = "bafybeiefwqslmf6zyyrxodaxx4vwqircuxpza5ri45ws3y5a62ypxti42e";
    const F: &str = "bafyb4ieqht3b2rssdmc7sjv2cy2gfdilxkfh7623nvndziyqnawkmo266a";
    const H: &str = "f01701e20903cf61d46521b05f926ba1634628d0bba8a7ffb5b6d5a3ca310682ca63b5ef0";
    let denied = [
        format!("/ipfs/{A}"),
        "/btfs/bafkreihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq".into(),
        "/ipfs/QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo".into(),
        "/ipfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8".into(),
        "/ipfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8/a/b".into(),
        "/ipfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8/z/".into(),
        "/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/test".into(),
        "/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/test2".into(),
        "/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/test/one".into(),
        format!("/ipfs/{C}/test"),
        format!("/ipfs/{C}/test2"),
        format!("/ipfs/{C}/test/one"),
        format!("/ipfs/{D}/blocked"),
        format!("/ipfs/{D}/blocked2"),
        "/ipns/domain.example".into(),
        "/ipns/DOMAIN.example".into(),
        "/ipns/domain-example".into(),
        "/ipns/domain2.example/path".into(),
        "/ipns/k51qzi5uqu5dhmzyv3zac033i7rl9hkgczxyl81lwoukda2htteop7d3x0y1mf".into(),
        "/ipns/bafzaajaiaejcaotjfs57kieazxny5japcmy5p2pgv2cic77tu6ogghttvurnrufx".into(),
        "/btns/12D3KooWDkNqEJNmreF3NYYFK1ws7Ra2fuW6cHBTu567SPV3LdYA".into(),
        "/ipns/bad-domain-name.tld".into(),
        format!("/ipfs/{E}"),
        format!("/ipfs/{E}/"),
        format!("/ipfs/{E}/path"),
        "/ipfs/bafybeidjwik6im54nrpfg7osdvmx7zojl5oaxqel5cmsz46iuelwf5acja".into(),
        "/ipfs/QmVTF1yEejXd9iMgoRTFDxBv7HAz9kuZcQNBzHrceuK9HR".into(),
        format!("/ipfs/{F}/path"),
        format!("/ipfs/{H}/path"),
    ];
    for path in denied {
        assert!(blocks(&rules, &path), "{path} must be blocked");
    }
    let allowed = [
        format!("/ipfs/{A}/sub"),
        "/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn".into(),
        "/ipfs/bafkqaaa".into(),
        "/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/tes".into(),
        "/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2".into(),
        "/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/one/test".into(),
        format!("/ipfs/{C}/tes"),
        format!("/ipfs/{C}"),
        format!("/ipfs/{D}/blockednot"),
        format!("/ipfs/{D}/blocked/not"),
        format!("/ipfs/{D}/blocked/exceptions"),
        format!("/ipfs/{D}/blocked/exceptions2"),
        format!("/ipfs/{D}/blocked/exceptions/one"),
        "/ipns/domainaefa.example".into(),
        "/ipns/domain.example/path".into(),
        "/ipns/domain--example".into(),
        "/ipns/domain2.example".into(),
        "/ipns/domain2.example/path2".into(),
        "/ipns/12D3KooWDkNqEJNmreF3NYYFK1ws7Ra2fuW6cHBTu567SPV3LdYA/path".into(),
        format!("/ipfs/{E}/path2"),
        // The legacy hash is of one address, not of its bytes.
        "/ipfs/QmXAGXYVe9PKP16nMQVxSTxXzc1jTzqe5pVETSMq9JgpFP".into(),
        format!("/ipfs/{F}"),
        format!("/ipfs/{F}/path2"),
        format!("/ipfs/{H}/path2"),
    ];
    for path in allowed {
        assert!(!blocks(&rules, &path), "{path} must be allowed");
    }
}

#[test]
fn the_last_rule_wins_and_says_where_it_stands() {
    let root = "QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768";
    let list = format!("/ipfs/{root}\n!/ipfs/{root}\n/ipfs/{root}/a%20b*\n\n/ipfs/{root} x:y\n");
    let rules = read(&list);
    let found = rules.find(&Asked::block(&cid(root))).expect("a rule");
    assert!(!found.allow);
    assert_eq!(found.place.line, 5);
    let at = found.place.offset as usize;
    assert_eq!(&list[at..], format!("/ipfs/{root} x:y\n"));
    assert!(blocks(&rules, &format!("/ipfs/{root}/a b/c")));
    let rule = Rule::parse(&list[at..])
        .expect("it parses")
        .expect("a rule");
    assert_eq!(rule.hints, [("x".to_owned(), "y".to_owned())]);
}

#[test]
fn lines_that_say_nothing_known_are_named() {
    let bad = |line: &str| Rule::parse(line).expect_err("it is no rule");
    assert!(matches!(bad("/ipld/x"), ParseRule::Unknown(_)));
    assert!(matches!(bad("/ipfs/nonsense"), ParseRule::Address(_)));
    assert!(matches!(bad("/ipfs/"), ParseRule::Address(_)));
    assert!(matches!(bad("//zz%"), ParseRule::Hash(_)));
    assert!(matches!(
        bad("//gW813G35CnLsy7gRYYHuf63hrz71U1xoLFDVeV7actx6oX"),
        ParseRule::HashFunction(0x1e)
    ));
    let root = "QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768";
    assert!(matches!(
        bad(&format!("/ipfs/{root}/%4")),
        ParseRule::Path(_)
    ));
    let long = "x".repeat(dag::denylist::MAX_PATH + 1);
    assert!(matches!(
        bad(&format!("/ipfs/{root}/{long}")),
        ParseRule::Path(_)
    ));
    assert_eq!(Rule::parse("# x"), Ok(None));
    assert_eq!(Rule::parse("\r"), Ok(None));
}

#[test]
fn headers_of_another_version_or_shape_are_refused_and_long_ones_are_none() {
    let refused = |list: &str| read_in(list.as_bytes(), 3).expect_err("it is refused");
    assert!(matches!(
        refused("version: 2\n---\n"),
        ScanList::Header(ParseHeader::Version(_))
    ));
    assert!(matches!(
        refused("hello\n---\n"),
        ScanList::Header(ParseHeader::NoField(1))
    ));
    let root = "QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768";
    let (rules, header, _, open) =
        read_in(format!("---\n/ipfs/{root}").as_bytes(), 1).expect("it reads");
    assert_eq!((rules.len(), header, open), (1, Header::default(), true));
    let long = format!("{}/ipfs/{root}\n---\n", "a: b\n".repeat(300_000));
    let (rules, _, bad, _) = read_in(long.as_bytes(), 65_536).expect("it reads");
    assert_eq!(
        (rules.len(), bad),
        (1, 300_000),
        "a header too long is none"
    );
    let line = vec![b'x'; dag::denylist::MAX_LINE + 2];
    assert_eq!(
        read_in(&line, 65_536).map(|read| read.2),
        Err(ScanList::LongLine(1))
    );
}

#[test]
fn a_scanner_goes_on_where_another_stopped() {
    let root = "QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768";
    let list = format!("name: x\n---\n/ipfs/{root}\n# half");
    let mut first = Scanner::new();
    first.push(list.as_bytes(), &mut |_| {}).expect("it reads");
    let (offset, lines) = first.position();
    assert_eq!(lines, 3);
    let rest = [
        &list.as_bytes()[usize::try_from(offset).expect("small")..],
        b"\n/ipns/a.b\n",
    ];
    let mut found = Vec::new();
    let mut second = Scanner::resume(offset, lines);
    second
        .push(&rest.concat(), &mut |scan| found.push(scan))
        .expect("it reads");
    let Some(Scan::Rule(rule, at, line)) = found.pop() else {
        panic!("a rule was added");
    };
    assert_eq!((at, line), (list.len() as u64 + 1, 5));
    assert_eq!(
        rule.target,
        Target::Domain("a.b".to_owned(), Extent::Exact(Vec::new()))
    );
}

/// What a million rules cost: said with `--nocapture`, held to loosely, because machines differ.
#[test]
fn a_million_rules_are_asked_in_microseconds() {
    use std::time::Instant;
    let mut rules = Rules::new(std::hash::RandomState::new());
    let began = Instant::now();
    for line in 0..1_000_000_u32 {
        let mut digest = [7; 32];
        digest[..4].copy_from_slice(&line.to_be_bytes());
        let target = match line % 2 {
            0 => Target::DoubleHash(digest),
            _ => Target::LegacyHash(digest),
        };
        let rule = Rule {
            allow: false,
            target,
            hints: Vec::new(),
        };
        let offset = line * 67;
        rules.add(&rule, Place { offset, line });
    }
    let added = began.elapsed();
    let asked: Vec<Cid> = (0..1000_u32)
        .map(|number| {
            dag::cid_of(
                dag::Codec::DagPb,
                dag::CidVersion::V0,
                &number.to_be_bytes(),
            )
        })
        .collect();
    let began = Instant::now();
    let found = asked
        .iter()
        .filter(|cid| rules.find(&Asked::block(cid)).is_some())
        .count();
    let each = began.elapsed() / 1000;
    println!(
        "1,000,000 rules: added in {added:?}, {} MiB, asked in {each:?}",
        rules.memory() >> 20
    );
    assert_eq!(found, 0);
    assert!(rules.memory() < 64 << 20);
    assert!(each.as_micros() < 1000, "{each:?}");
}

/// A few roots and paths, so that rules meet.
fn line() -> impl Strategy<Value = String> {
    let roots = prop::sample::select(vec![
        "QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768",
        "bafybeihrw75yfhdx5qsqgesdnxejtjybscwuclpusvxkuttep6h7pkgmze",
        "bafkqaaa",
    ]);
    let path = prop::sample::select(vec!["", "/", "/*", "/a", "/a*", "/a/b", "/ab*", "/a/b/*"]);
    let allow = prop::sample::select(vec!["", "!", "+"]);
    (allow, roots, path).prop_map(|(allow, root, path)| format!("{allow}/ipfs/{root}{path}"))
}

/// The meaning of a rule in the plainest words.
fn means(rule: &Rule, root: &Cid, path: &str) -> bool {
    let Target::Content(hash, extent) = &rule.target else {
        return false;
    };
    hash == root.hash()
        && match extent {
            Extent::Exact(exact) => exact == path.as_bytes(),
            Extent::Prefix(prefix) => path.as_bytes().starts_with(prefix),
        }
}

proptest! {
    #[test]
    fn look_ups_agree_with_going_through_all_rules(lines in prop::collection::vec(line(), 0..24)) {
        let rules = read(&format!("{}\n", lines.join("\n")));
        for root in ["QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768", "bafkqaaa"] {
            for path in ["", "a", "ab", "abc", "a/b", "a/b/c", "b"] {
                let root = cid(root);
                let parsed = lines.iter().map(|line| Rule::parse(line).unwrap().unwrap());
                let slow = parsed.rev().find(|rule| means(rule, &root, path));
                let names: Vec<&str> = path.split('/').collect();
                let fast = rules.find(&Asked::path(&root, &names));
                prop_assert_eq!(fast.map(|found| found.allow), slow.map(|rule| rule.allow));
            }
        }
    }

    #[test]
    fn how_a_list_comes_in_does_not_matter(piece in 1_usize..200, cut in 0..EXAMPLES.len()) {
        let list = &EXAMPLES.as_bytes()[..cut];
        let whole = read_in(list, list.len().max(1)).map(|(rules, header, bad, open)| {
            (rules.len(), header, bad, open)
        });
        let parts = read_in(list, piece).map(|(rules, header, bad, open)| {
            (rules.len(), header, bad, open)
        });
        prop_assert_eq!(whole, parts);
    }
}
