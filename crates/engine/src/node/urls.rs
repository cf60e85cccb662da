//! URLs as the URL standard has them: a URL is the list of its parts.

use url::{Url, quirks};

/// The parts of a URL, in the order of the guest's `internal/url`: href, origin, protocol, username, password, host,
/// hostname, port, pathname, search, hash.
#[must_use]
pub fn parts(url: &Url) -> Vec<String> {
    [
        quirks::href(url).to_owned(),
        quirks::origin(url),
        quirks::protocol(url).to_owned(),
        quirks::username(url).to_owned(),
        quirks::password(url).to_owned(),
        quirks::host(url).to_owned(),
        quirks::hostname(url).to_owned(),
        quirks::port(url).to_owned(),
        quirks::pathname(url).to_owned(),
        quirks::search(url).to_owned(),
        quirks::hash(url).to_owned(),
    ]
    .into()
}

/// `None` when it is no URL.
#[must_use]
pub fn parse(input: &str, base: Option<&str>) -> Option<Url> {
    match base {
        Some(base) => Url::parse(base).ok()?.join(input).ok(),
        None => Url::parse(input).ok(),
    }
}

/// Sets the part with this number; a value that does not fit changes nothing.
pub fn change(url: &mut Url, part: usize, value: &str) {
    // A refused value is not an error: setters of URLs are silent.
    match part {
        2 => drop(quirks::set_protocol(url, value)),
        3 => drop(quirks::set_username(url, value)),
        4 => drop(quirks::set_password(url, value)),
        5 => drop(quirks::set_host(url, value)),
        6 => drop(quirks::set_hostname(url, value)),
        7 => drop(quirks::set_port(url, value)),
        8 => quirks::set_pathname(url, value),
        9 => quirks::set_search(url, value),
        10 => quirks::set_hash(url, value),
        _ => {}
    }
}

/// Punycode of a domain; empty when it is no domain.
#[must_use]
pub fn domain_to_ascii(domain: &str) -> String {
    quirks::domain_to_ascii(domain)
}

/// The domain that punycode stands for; empty when it is none.
#[must_use]
pub fn domain_to_unicode(domain: &str) -> String {
    quirks::domain_to_unicode(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_the_list_of_its_parts() {
        let url = parse("../x?q#h", Some("https://u:p@Example.com:8080/a/b/")).expect("valid");
        assert_eq!(
            parts(&url),
            [
                "https://u:p@example.com:8080/a/x?q#h",
                "https://example.com:8080",
                "https:",
                "u",
                "p",
                "example.com:8080",
                "example.com",
                "8080",
                "/a/x",
                "?q",
                "#h"
            ]
        );
    }

    #[test]
    fn a_value_that_does_not_fit_changes_nothing() {
        let mut url = parse("https://example.com/", None).expect("valid");
        change(&mut url, 7, "no port");
        assert_eq!(url.as_str(), "https://example.com/");
        change(&mut url, 7, "81");
        assert_eq!(url.as_str(), "https://example.com:81/");
    }
}
