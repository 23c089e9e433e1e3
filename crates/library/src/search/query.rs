//! What a person typed, as an index query.
//!
//! Every word must match somewhere: the beginning of a word counts, and from
//! five letters on one wrong, missing, extra or swapped letter is forgiven.

use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use crate::search::Group;
use crate::text;

/// Words of a query that count.
const MAX_WORDS: usize = 8;
/// From this many letters on, one may be wrong.
const FUZZY_LETTERS: usize = 5;

pub(crate) fn search_words(text: &str) -> Vec<String> {
    let mut words = text::words(text);
    words.truncate(MAX_WORDS);
    words
}

pub(crate) fn build(words: &[String], groups: &[(Group, Field); 3]) -> BooleanQuery {
    let all = words.iter().map(|word| (Occur::Must, one(word, groups)));
    BooleanQuery::new(all.collect())
}

fn one(word: &str, groups: &[(Group, Field); 3]) -> Box<dyn Query> {
    let mut any: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for (group, field) in groups {
        let weight = match group {
            Group::Title => 4.0,
            Group::Names => 2.0,
            Group::Rest => 1.0,
        };
        let term = Term::from_field_text(*field, word);
        let mut add = |query: Box<dyn Query>, boost: f32| {
            any.push((Occur::Should, Box::new(BoostQuery::new(query, boost))));
        };
        add(
            Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs)),
            weight,
        );
        add(
            Box::new(FuzzyTermQuery::new_prefix(term.clone(), 0, true)),
            weight,
        );
        if word.chars().count() >= FUZZY_LETTERS {
            add(
                Box::new(FuzzyTermQuery::new_prefix(term, 1, true)),
                weight * 0.2,
            );
        }
    }
    Box::new(BooleanQuery::new(any))
}

/// The same rule for one indexed word, to say which field matched.
pub(crate) fn near(typed: &str, indexed: &str) -> bool {
    if indexed.starts_with(typed) {
        return true;
    }
    let typed: Vec<char> = typed.chars().collect();
    let indexed: Vec<char> = indexed.chars().collect();
    if typed.len() < FUZZY_LETTERS {
        return false;
    }
    (typed.len() - 1..=typed.len() + 1)
        .filter_map(|length| indexed.get(..length))
        .any(|head| one_apart(&typed, head))
}

/// True when at most one letter is wrong, missing, extra or swapped.
fn one_apart(a: &[char], b: &[char]) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (
        a.get(same..).unwrap_or_default(),
        b.get(same..).unwrap_or_default(),
    );
    match (a, b) {
        ([], []) => true,
        ([_, rest @ ..], tail) if rest == tail => true,
        (tail, [_, rest @ ..]) if rest == tail => true,
        ([_, left @ ..], [_, right @ ..]) if left == right => true,
        ([x, y, left @ ..], [u, v, right @ ..]) => (x, y) == (v, u) && left == right,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_near_by_prefix_or_one_letter() {
        for (typed, indexed) in [
            ("riv", "river"),
            ("rivre", "river"),
            ("rivver", "river"),
            ("rver", "rver"),
            ("sumer", "summertime"),
            ("holidxy", "holiday"),
        ] {
            assert!(near(typed, indexed), "{typed} finds {indexed}");
        }
        for (typed, indexed) in [("rver", "river"), ("holixxy", "holiday"), ("river", "riv")] {
            assert!(!near(typed, indexed), "{typed} does not find {indexed}");
        }
    }
}
