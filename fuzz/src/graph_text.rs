//! Whether a text that comes out of a run is what `lib/README.md` says it is. Written anew from that grammar, on purpose.

use serde_json::Value;

/// Deeper JSON is not looked at: the reader of this check gives up there, and the host's does not.
const DEEPEST: usize = 100;

/// `u`, `J` and JSON, or `S` and graph text.
pub(crate) fn check_result(text: &str) -> Result<(), String> {
    match text.split_at_checked(1) {
        Some(("u", "")) => Ok(()),
        Some(("J", json)) => {
            if depth(json) > DEEPEST {
                return Ok(());
            }
            parse(json).map(|_| ())
        }
        Some(("S", graph)) => check(graph),
        _ => Err("no letter announces its form".to_owned()),
    }
}

/// Graph text.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let Value::Array(nodes) = parse(text)? else { return Err("no list of nodes".to_owned()) };
    for (index, node) in nodes.iter().enumerate() {
        let Value::Array(parts) = node else { return Err(format!("node {index} is no list")) };
        let tag = parts.first().and_then(Value::as_str).unwrap_or("");
        let is_valid = match (index, tag) {
            (0, "x") => parts.len() == 2 && slots(&parts[1..], &nodes),
            (0, _) => false,
            (_, "a") => slots(&parts[1..], &nodes),
            (_, "t") => slots(&parts[1..], &nodes),
            (_, "o") => entries(&parts[1..], &nodes),
            (_, "s") => parts.len() > 1 && parts[1].is_number() && entries(&parts[2..], &nodes),
            (_, "m") => parts.len() % 2 == 1 && slots(&parts[1..], &nodes),
            (_, "d") => parts.len() == 2 && (parts[1].is_number() || parts[1].is_null()),
            (_, "r") => parts.len() == 3 && parts[1].is_string() && parts[2].is_string(),
            (_, "w") => parts.len() == 2 && slots(&parts[1..], &nodes),
            (_, "y") => parts.len() == 2 && parts[1].is_string(),
            (_, "v") => parts.len() == 5 && parts[1].is_string() && slots(&parts[2..], &nodes),
            (_, "e") => {
                let text = |at: usize| parts[at].is_string() || letter(&parts[at]) == Some("h");
                parts.len() > 4
                    && parts[1].is_string()
                    && text(2)
                    && text(3)
                    && slots(&parts[4..5], &nodes)
                    && entries(&parts[5..], &nodes)
            }
            _ => false,
        };
        if !is_valid {
            return Err(format!("node {index} is {node}"));
        }
    }
    if nodes.is_empty() { Err("no root".to_owned()) } else { Ok(()) }
}

fn entries(parts: &[Value], nodes: &[Value]) -> bool {
    parts.chunks(2).all(|pair| pair.len() == 2 && pair[0].is_string() && slots(&pair[1..], nodes))
}

fn slots(parts: &[Value], nodes: &[Value]) -> bool {
    parts.iter().all(|slot| match slot {
        Value::Array(list) => match (list.first(), list.len()) {
            (Some(Value::Number(index)), 1) => {
                index.as_u64().is_some_and(|index| index > 0 && (index as usize) < nodes.len())
            }
            (Some(Value::String(letter)), 1) => matches!(letter.as_str(), "u" | "n" | "+" | "-" | "0" | "h"),
            (Some(Value::String(letter)), 2) => matches!(letter.as_str(), "b" | "f") && list[1].is_string(),
            _ => false,
        },
        Value::Object(_) => false,
        _ => true,
    })
}

fn letter(slot: &Value) -> Option<&str> {
    slot.as_array()?.first()?.as_str()
}

/// Lone surrogates are fine in JavaScript's JSON and not in this reader's, so all of them become one harmless letter.
fn parse(json: &str) -> Result<Value, String> {
    let mut bytes = json.as_bytes().to_vec();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            let is_surrogate = bytes.get(at + 1..at + 4).is_some_and(|escape| {
                escape[0] == b'u' && escape[1].eq_ignore_ascii_case(&b'd') && !matches!(escape[2], b'0'..=b'7')
            });
            if is_surrogate && at + 6 <= bytes.len() {
                bytes[at + 2..at + 6].copy_from_slice(b"fffd");
            }
            at += 1;
        }
        at += 1;
    }
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

fn depth(json: &str) -> usize {
    let (mut deepest, mut depth, mut is_text, mut is_escaped) = (0_usize, 0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::{check, check_result};

    #[test]
    fn graphs_by_the_grammar_pass() {
        for text in [
            r#"[["x",[1]],["a",1,["h"],[2]],["o","k",["u"],"\ud800",[1]]]"#,
            r#"[["x",[1]],["e","TypeError","m",["h"],["h"],"code",7]]"#,
            r#"[["x",["b","12"]]]"#,
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn everything_else_does_not() {
        for text in [
            "",
            "[]",
            "{}",
            r#"[["x"]]"#,
            r#"[["x",[1]]]"#,
            r#"[["x",[1]],["o","k"]]"#,
            r#"[["x",[1]],["q"]]"#,
            r#"[["x",{}]]"#,
            r#"[["x",[1]],["m",1]]"#,
        ] {
            assert!(check(text).is_err(), "{text}");
        }
        assert!(check_result("J{").is_err());
        assert!(check_result("7").is_err());
    }
}
