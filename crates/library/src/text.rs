//! Folding of text for sorting and searching: lower case, no accents.

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer, TokenStream,
};

/// Longest word that is indexed, in bytes.
const MAX_WORD: usize = 64;
/// Longest sort key in bytes; titles that agree further sort by id.
const MAX_SORT_KEY: usize = 48;

/// The folded words of a text: "Die Käse-Straße" is `die kase strasse`.
pub(crate) fn words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty() && word.len() <= MAX_WORD)
            .map(str::to_ascii_lowercase)
            .collect();
    }
    let text = compose(text);
    let mut analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build();
    let mut words = Vec::new();
    let mut stream = analyzer.token_stream(&text);
    while let Some(token) = stream.next() {
        if token.text.len() <= MAX_WORD {
            words.push(token.text.clone());
        }
    }
    words
}

/// The words to index: folded, and German umlauts also written out, so that
/// both "munchen" and "muenchen" find "München".
pub(crate) fn index_words(text: &str) -> Vec<String> {
    let mut all = words(text);
    if !text.is_ascii() {
        let text = compose(text);
        if text.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü']) {
            let written = text
                .replace('ä', "ae")
                .replace('ö', "oe")
                .replace('ü', "ue")
                .replace('Ä', "Ae")
                .replace('Ö', "Oe")
                .replace('Ü', "Ue");
            for word in words(&written) {
                if !all.contains(&word) {
                    all.push(word);
                }
            }
        }
    }
    all
}

/// Joins umlauts that a file system took apart, and drops other loose accents.
fn compose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\u{308}' {
            let joined = match out.chars().next_back() {
                Some('a') => 'ä',
                Some('o') => 'ö',
                Some('u') => 'ü',
                Some('A') => 'Ä',
                Some('O') => 'Ö',
                Some('U') => 'Ü',
                _ => continue,
            };
            out.pop();
            out.push(joined);
        } else if !('\u{300}'..='\u{36f}').contains(&c) {
            out.push(c);
        }
    }
    out
}

/// Bytes that sort titles as people expect: folded, an English article at the
/// start skipped, numbers by value.
pub(crate) fn sort_key(title: &str) -> Vec<u8> {
    let words = words(title);
    let skip = match words.first() {
        Some(first) => usize::from(words.len() > 1 && matches!(first.as_str(), "the" | "a" | "an")),
        None => 0,
    };
    let mut key = Vec::with_capacity(MAX_SORT_KEY);
    for word in words.iter().skip(skip) {
        if !key.is_empty() {
            key.push(b' ');
        }
        let mut rest = word.as_str();
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at_checked(digits).unwrap_or((rest, ""));
            let number = if digits > 1 {
                number.trim_start_matches('0')
            } else {
                number
            };
            if digits > 0 {
                // The length in front makes 10 sort after 9.
                key.push(b'0' + u8::try_from(number.len().min(9)).unwrap_or(9));
                key.extend_from_slice(number.as_bytes());
            }
            let text = tail
                .bytes()
                .take_while(|byte| !byte.is_ascii_digit())
                .count();
            let (letters, next) = tail.split_at_checked(text).unwrap_or((tail, ""));
            key.extend_from_slice(letters.as_bytes());
            rest = next;
        }
        if key.len() > MAX_SORT_KEY {
            break;
        }
    }
    key.truncate(MAX_SORT_KEY);
    key.push(0);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fold_accents_and_case() {
        let check = |text: &str, expect: &[&str]| assert_eq!(words(text), expect, "{text}");
        check("Die Käse-Straße", &["die", "kase", "strasse"]);
        check("Amélie_2001", &["amelie", "2001"]);
        check("u\u{308}ber", &["uber"]);
        check("東京 Story", &["東京", "story"]);
        check("", &[]);
        assert_eq!(index_words("München"), ["munchen", "muenchen"]);
    }

    #[test]
    fn titles_sort_as_people_expect() {
        let mut titles = [
            "Part 10",
            "The Part 9",
            "part 2",
            "Ärger",
            "Arena",
            "Zoo",
            "007",
        ];
        titles.sort_by_key(|title| sort_key(title));
        assert_eq!(
            titles,
            [
                "007",
                "Arena",
                "Ärger",
                "part 2",
                "The Part 9",
                "Part 10",
                "Zoo"
            ]
        );
    }
}
