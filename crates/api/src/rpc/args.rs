//! The query of a call: `arg=` values in order, and options by name.

use percent_encoding::percent_decode_str;

use super::error::{RpcError, RpcResult};

/// Most parameters of one call.
const MAX_PAIRS: usize = 1_024;
/// Most bytes of a query.
const MAX_QUERY: usize = 48 << 10;

/// Decoded parameters.
#[derive(Debug, Default)]
pub(super) struct Args {
    pairs: Vec<(String, String)>,
}

impl Args {
    pub(super) fn parse(query: Option<&str>) -> RpcResult<Self> {
        let query = query.unwrap_or_default();
        if query.len() > MAX_QUERY {
            return Err(RpcError::bad("the query is too long"));
        }
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            if pairs.len() >= MAX_PAIRS {
                return Err(RpcError::bad("there are too many parameters"));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decoded(name)?, decoded(value)?));
        }
        Ok(Self { pairs })
    }

    /// The arguments in order.
    pub(super) fn all(&self) -> Vec<&str> {
        let args = self.pairs.iter().filter(|(name, _)| name == "arg");
        args.map(|(_, value)| value.as_str()).collect()
    }

    /// At least one argument.
    pub(super) fn some(&self, what: &str) -> RpcResult<Vec<&str>> {
        let all = self.all();
        match all.is_empty() {
            true => Err(RpcError::missing(what)),
            false => Ok(all),
        }
    }

    /// The argument at a place.
    pub(super) fn at(&self, place: usize, what: &str) -> RpcResult<&str> {
        self.all()
            .get(place)
            .copied()
            .ok_or_else(|| RpcError::missing(what))
    }

    /// An option under any of its names, unless it is empty.
    pub(super) fn text(&self, names: &[&str]) -> Option<&str> {
        self.option(names).filter(|value| !value.is_empty())
    }

    fn option(&self, names: &[&str]) -> Option<&str> {
        let mut pairs = self.pairs.iter().rev();
        let found = pairs.find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, value)| value.as_str())
    }

    /// A switch; one that stands there without a value is on.
    pub(super) fn flag(&self, names: &[&str]) -> RpcResult<Option<bool>> {
        match self.option(names) {
            None => Ok(None),
            Some("" | "1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(Some(true)),
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(Some(false)),
            Some(other) => Err(bad(names, other, "true or false")),
        }
    }

    /// A switch that is off unless it is there.
    pub(super) fn is_on(&self, names: &[&str]) -> RpcResult<bool> {
        Ok(self.flag(names)?.unwrap_or(false))
    }

    /// A number that is not negative.
    pub(super) fn number(&self, names: &[&str]) -> RpcResult<Option<u64>> {
        let Some(value) = self.text(names) else {
            return Ok(None);
        };
        let number = value.parse();
        number
            .map(Some)
            .map_err(|_| bad(names, value, "a number that is not negative"))
    }

    /// A number.
    pub(super) fn signed(&self, names: &[&str]) -> RpcResult<Option<i64>> {
        let Some(value) = self.text(names) else {
            return Ok(None);
        };
        let number = value.parse();
        number.map(Some).map_err(|_| bad(names, value, "a number"))
    }
}

fn bad(names: &[&str], value: &str, wanted: &str) -> RpcError {
    let name = names.first().copied().unwrap_or_default();
    let value: String = value.chars().take(50).collect();
    RpcError::bad(format!("the option {name} is {wanted}, not {value:?}"))
}

fn decoded(text: &str) -> RpcResult<String> {
    let text = text.replace('+', " ");
    let text = percent_decode_str(&text).decode_utf8();
    text.map(std::borrow::Cow::into_owned)
        .map_err(|_| RpcError::bad("a parameter is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_keep_their_order_and_options_their_last_value() {
        let args = Args::parse(Some("arg=a%2Fb&pin=false&arg=%E4+c&pin=&n=7&m=-7")).map(drop);
        assert!(args.is_err(), "a lone %E4 is no UTF-8");
        let args = Args::parse(Some("arg=a%2Fb&pin=false&arg=c+d&pin=&n=7&m=-7&&")).expect("args");
        assert_eq!(args.all(), ["a/b", "c d"]);
        assert_eq!(args.at(1, "x").expect("there"), "c d");
        assert_eq!(args.at(2, "x").expect_err("not there").status, 400);
        assert_eq!(args.flag(&["pin"]).expect("a flag"), Some(true));
        assert_eq!(args.flag(&["other"]).expect("absent"), None);
        assert!(args.flag(&["n"]).is_err());
        assert_eq!(args.number(&["number", "n"]).expect("a number"), Some(7));
        assert!(args.number(&["m"]).is_err());
        assert_eq!(args.signed(&["m"]).expect("a number"), Some(-7));
    }

    #[test]
    fn floods_are_refused() {
        assert!(Args::parse(Some(&"a&".repeat(2_000))).is_err());
        assert!(Args::parse(Some(&"a".repeat(100_000))).is_err());
    }
}
