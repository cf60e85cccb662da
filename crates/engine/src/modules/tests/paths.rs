//! Paths: how they are completed, where they may lead, and that what was checked is what is read.

use super::*;

#[test]
fn a_path_is_taken_as_it_stands_before_extensions_are_tried() {
    let place = place(&[("app/main.js", ""), ("app/a.js", ""), ("app/a.js.js", ""), ("app/b/index.js", "")]);
    let run = place.app(&[], &[]);
    assert_eq!(run.main("./a.js"), file("app/a.js"));
    assert_eq!(run.main("./a"), file("app/a.js"));
    assert_eq!(run.main("./b"), file("app/b/index.js"));
    assert_eq!(run.main("./b/index"), file("app/b/index.js"));
}

#[test]
fn a_file_comes_before_the_folder_of_its_name_unless_a_slash_asks_for_the_folder() {
    let place = place(&[("app/main.js", ""), ("app/x.js", ""), ("app/x/index.js", ""), ("app/x/deep.js", "")]);
    let run = place.app(&[], &[]);
    assert_eq!(run.main("./x"), file("app/x.js"));
    assert_eq!(run.main("./x/"), file("app/x/index.js"));
    assert_eq!(run.main("./x/."), file("app/x/index.js"));
    let deep = run.load("./x/deep");
    assert_eq!(run.from(&deep, "."), file("app/x/index.js"));
    assert_eq!(run.from(&deep, "./"), file("app/x/index.js"));
}

#[test]
fn two_dots_name_the_folder_above_and_no_file_beside_it() {
    let place = place(&[("app/main.js", ""), ("app/x.js", ""), ("app/x/index.js", ""), ("app/x/y/deep.js", "")]);
    let run = place.app(&[], &[]);
    let deep = run.load("./x/y/deep");
    assert_eq!(run.from(&deep, ".."), file("app/x/index.js"));
    assert_eq!(run.from(&deep, "../"), file("app/x/index.js"));
    assert_eq!(run.from(&deep, "../../x"), file("app/x.js"));
    assert_eq!(run.from(&deep, "../y/../../main"), file("app/main.js"));
}

#[test]
fn a_slash_behind_a_file_finds_nothing() {
    let place = place(&[("app/main.js", ""), ("app/a.js", "")]);
    place.app(&[], &[]).refused("./a.js/", &["no file matches", "/app/a.js"]);
}

#[test]
fn main_names_a_file_a_folder_or_lacks_the_extension() {
    let place = place(&[
        ("app/main.js", ""),
        ("app/whole/package.json", r#"{"main":"lib/a.js"}"#),
        ("app/whole/lib/a.js", ""),
        ("app/short/package.json", r#"{"main":"./lib/a"}"#),
        ("app/short/lib/a.js", ""),
        ("app/folder/package.json", r#"{"main":"lib"}"#),
        ("app/folder/lib/index.js", ""),
        ("app/broken/package.json", r#"{"main":"nowhere"}"#),
        ("app/broken/index.js", ""),
        ("app/none/package.json", r#"{"exports":"./exported.js"}"#),
        ("app/none/exported.js", ""),
        ("app/none/index.js", ""),
    ]);
    let run = place.app(&[], &[]);
    assert_eq!(run.main("./whole"), file("app/whole/lib/a.js"));
    assert_eq!(run.main("./short"), file("app/short/lib/a.js"));
    assert_eq!(run.main("./folder"), file("app/folder/lib/index.js"));
    assert_eq!(run.main("./broken"), file("app/broken/index.js"));
    assert_eq!(run.main("./none"), file("app/none/index.js"), "exports say nothing about paths");
}

#[test]
fn json_is_data_and_needs_no_listed_extension() {
    let place = place(&[("app/main.js", ""), ("app/data.json", "{}"), ("app/list/index.json", "[]")]);
    let run = place.app(&[], &[]);
    assert_eq!(run.main("./data"), file("app/data.json"));
    assert_eq!(run.main("./list"), file("app/list/index.json"));
    assert_eq!(run.load("./data.json").kind(), SourceKind::Json);
    assert_eq!(run.entry("main.js").kind(), SourceKind::Unclear);
}

#[test]
fn own_files_load_by_their_extension_given_with_or_without_the_dot() {
    let place = place(&[
        ("app/main.ts", ""),
        ("app/a.ts", ""),
        ("app/a.js", ""),
        ("app/b.js", ""),
        ("app/notes.txt", ""),
        ("app/named/package.json", r#"{"main":"code.txt"}"#),
        ("app/named/code.txt", ""),
    ]);
    for extension in ["ts", ".ts"] {
        let run = place.run("app", &[], &[], &[extension]);
        let main = run.entry("main");
        assert_eq!(run.from(&main, "./a"), file("app/a.ts"));
        assert_eq!(run.from(&main, "./named"), file("app/named/code.txt"), "a manifest names it");
        says(&run.from(&main, "./a.js"), &["sourceExtensions (.ts)", "/app/a.js", "add its extension"]);
        says(&run.from(&main, "./notes.txt"), &["sourceExtensions (.ts)"]);
        says(&run.from(&main, "./b"), &["no file matches", "/app/b", ".ts, .json"]);
    }
}

#[test]
fn extensions_are_tried_in_the_order_they_are_given() {
    let place = place(&[("app/main.js", ""), ("app/a.js", ""), ("app/a.ts", ""), ("app/a.json", "")]);
    for (extensions, expected) in [(["js", "ts"], "app/a.js"), (["ts", "js"], "app/a.ts")] {
        assert_eq!(place.run("app", &[], &[], &extensions).main("./a"), file(expected));
    }
}

#[test]
fn a_path_that_climbs_out_of_root_is_refused_and_one_that_comes_back_is_not() {
    let place = place(&[("app/main.js", ""), ("app/a.js", ""), ("secret.js", "")]);
    let run = place.app(&[], &[]);
    let whitelist = "outside root and whitelistedPaths";
    run.refused("../secret", &["/secret", whitelist, "add its folder to whitelistedPaths"]);
    run.refused("./../secret.js", &["/secret.js", whitelist]);
    run.refused("./x/../../secret.js", &["/secret.js", whitelist]);
    run.refused("../../../../../../../../etc/hostname", &["/etc/hostname", whitelist]);
    assert_eq!(run.main("../app/a"), file("app/a.js"));
}

#[test]
fn missing_and_forbidden_differ_in_the_reason_alone() {
    let place = place(&[("app/main.js", ""), ("there.js", "")]);
    let run = place.app(&[], &[]);
    run.refused("../there.js", &["outside root"]);
    run.refused("../missing.js", &["outside root"]);
    run.refused("./missing.js", &["no file matches", "/app/missing.js", ".js, .json"]);
}

#[test]
fn absolute_paths_are_taken_inside_the_allowed_folders_alone() {
    let place = place(&[("app/main.js", ""), ("shared/a.js", ""), ("other/a.js", "")]);
    let run = place.app(&["shared"], &[]);
    assert_eq!(run.main(&place.absolute("app/main.js")), file("app/main.js"));
    assert_eq!(run.main(&place.absolute("shared/a")), file("shared/a.js"));
    assert_eq!(run.main("../shared/a"), file("shared/a.js"));
    run.refused(&place.absolute("other/a.js"), &["other/a.js", "outside root"]);
    run.refused(&format!("{}/../other/a.js", place.absolute("shared")), &["other/a.js", "outside root"]);
    run.refused("/etc/hostname", &["/etc/hostname", "outside root"]);
}

#[test]
fn a_folder_whose_name_only_begins_like_an_allowed_one_is_outside() {
    let place = place(&[("app/main.js", ""), ("app-secret/a.js", "")]);
    place.app(&[], &[]).refused("../app-secret/a.js", &["outside root"]);
}

#[test]
fn neither_nul_bytes_nor_urls_nor_built_in_names_are_paths() {
    let place = place(&[("app/main.js", ""), ("app/a.js", "")]);
    let run = place.app(&[], &["*"]);
    for specifier in ["./a.js\0", "\0", "a\0b", "./a\0.js"] {
        run.refused(specifier, &["only paths and package names"]);
    }
    run.refused(&format!("file://{}", place.absolute("app/a.js")), &["only paths and package names"]);
    run.refused("file:./a.js", &["only paths and package names"]);
    run.refused("node:fs", &["node:fs is not offered"]);
}

#[test]
fn a_question_mark_or_hash_is_part_of_a_name_as_in_node() {
    let place = place(&[("app/main.js", ""), ("app/a.js", ""), ("app/b#c.js", ""), ("app/d?e.js", "")]);
    let run = place.app(&[], &[]);
    run.refused("./a.js?query", &["no file matches"]);
    run.refused("./a?query", &["no file matches"]);
    run.refused("./a.js#hash", &["no file matches"]);
    assert_eq!(run.main("./b#c.js"), file("app/b#c.js"));
    assert_eq!(run.main("./d?e.js"), file("app/d?e.js"));
}

#[test]
fn a_question_mark_or_hash_in_roots_own_name_harms_nothing() {
    let place =
        place(&[("c#?/main.js", ""), ("c#?/a.js", ""), ("c#?/b/index.js", ""), ("c#?/node_modules/m/index.js", "")]);
    let run = place.run("c#?", &[], &["m"], &["js"]);
    assert_eq!(run.main("./a"), file("c#?/a.js"));
    assert_eq!(run.main("./b"), file("c#?/b/index.js"));
    assert_eq!(run.main("m"), file("c#?/node_modules/m/index.js"));
    assert_eq!(run.entry("main").path(), place.path.join("c#?/main.js"));
}

#[test]
fn native_addons_are_not_modules_however_they_are_named() {
    let place = place(&[
        ("app/main.js", ""),
        ("app/package.json", r##"{"imports":{"#addon":"./a.node"}}"##),
        ("app/a.node", ""),
        ("app/node_modules/native/package.json", r#"{"main":"b.node"}"#),
        ("app/node_modules/native/b.node", ""),
    ]);
    let run = place.run("app", &[], &["*"], &["js", "node"]);
    for specifier in ["./a.node", "./a", "#addon", "native", "native/b.node"] {
        assert!(matches!(run.main(specifier), Answer::Refused(_)), "{specifier}");
    }
    assert!(matches!(run.hook(&place.absolute("app/a.node")), Answer::Refused(_)));
}

#[test]
fn the_entry_lies_below_root_with_or_without_a_leading_slash() {
    let place = place(&[("app/main.js", ""), ("app/lib/index.js", ""), ("app/notes.txt", ""), ("other/a.js", "")]);
    let run = place.app(&["other"], &[]);
    for name in ["main.js", "/main.js", "main", "./main.js", "lib/../main.js"] {
        assert_eq!(run.entry(name).path(), place.path.join("app/main.js"), "{name}");
    }
    assert_eq!(run.entry("lib").path(), place.path.join("app/lib/index.js"));
    assert_eq!(run.entry("main.js").display(), "/main.js");
    let refused = |name: &str| run.answer(run.loader.entry(name).map(Resolution::Found), name);
    says(&refused("../other/a.js"), &["leaves root", "/app"]);
    says(&refused("lib/../../other/a.js"), &["leaves root"]);
    says(&refused("main.js\0.txt"), &["leaves root"]);
    says(&refused("missing.js"), &["no file matches", "/app/missing.js"]);
    says(&refused("notes.txt"), &["sourceExtensions (.js)"]);
}

#[test]
fn a_root_that_does_not_exist_is_named() {
    let place = place(&[]);
    let options = PolicyOptions {
        root: place.absolute("nowhere"),
        whitelisted_paths: vec![],
        external: vec![],
        source_extensions: vec!["js".to_owned()],
        source_bytes: 1,
    };
    match ModuleLoader::new(options) {
        Err(ModuleError::NotFound { reason, .. }) => assert!(reason.contains("nowhere cannot be opened"), "{reason}"),
        _ => panic!("a root that does not exist was taken"),
    }
}

#[test]
fn an_allowed_folder_that_does_not_exist_allows_nothing_and_harms_nothing() {
    let place = place(&[("app/main.js", ""), ("app/a.js", "")]);
    assert_eq!(place.app(&["nowhere"], &[]).main("./a"), file("app/a.js"));
}

#[test]
fn a_resolvers_answer_may_be_a_folder_or_lack_the_extension() {
    let place = place(&[("app/main.js", ""), ("shared/a.js", ""), ("shared/b/index.js", "")]);
    let run = place.app(&["shared"], &[]);
    assert_eq!(run.hook(&place.absolute("shared/a.js")), file("shared/a.js"));
    assert_eq!(run.hook(&place.absolute("shared/a")), file("shared/a.js"));
    assert_eq!(run.hook(&place.absolute("shared/b")), file("shared/b/index.js"));
    assert_eq!(run.hook(&place.absolute("shared/b/../a")), file("shared/a.js"));
}

#[test]
fn a_resolvers_answer_outside_the_allowed_folders_is_refused() {
    let place = place(&[("app/main.js", ""), ("other/a.js", "")]);
    let run = place.app(&[], &[]);
    let outside = run.hook(&place.absolute("other/a.js"));
    says(&outside, &["the resolver hook answered", "other/a.js", "outside root", "whitelistedPaths to allow it"]);
    says(&run.hook(&place.absolute("app/../other/a.js")), &["outside root"]);
    says(&run.hook(&place.absolute("app/missing")), &["the resolver hook answered", "no file matches"]);
    says(&run.hook("./main.js"), &["'./main.js', which is not an absolute path"]);
    says(&run.hook("main"), &["not an absolute path"]);
    says(&run.hook(""), &["not an absolute path"]);
    says(&run.hook(&format!("{}\0", place.absolute("app/main.js"))), &["not an absolute path"]);
}

#[test]
fn a_source_larger_than_the_limit_is_measured_and_not_read() {
    let place = place(&[("app/main.js", ""), ("app/big.js", &"x".repeat((1 << 20) + 1))]);
    let run = place.app(&[], &[]);
    let big = run.load("./big");
    let expected = ModuleError::TooLarge { file: "/big.js".to_owned(), limit: 1 << 20, measured: (1 << 20) + 1 };
    assert_eq!(run.loader.read(&big).map(|text| text.as_str().to_owned()), Err(expected));
}

#[test]
fn sources_are_read_without_a_byte_order_mark_and_with_broken_text_replaced() {
    let place = place(&[("app/main.js", "\u{feff}exports.a = 1")]);
    std::fs::write(place.path.join("app/broken.js"), b"'\xff'").unwrap();
    let run = place.app(&[], &[]);
    assert_eq!(run.loader.read(&run.entry("main.js")).unwrap().as_str(), "exports.a = 1");
    assert_eq!(run.loader.read(&run.load("./broken")).unwrap().as_str(), "'\u{fffd}'");
}

#[cfg(unix)]
mod links {
    use super::*;

    #[test]
    fn a_link_out_of_root_is_refused_and_the_reason_says_where_it_leads() {
        let place = place(&[("app/main.js", ""), ("secret/a.js", "")]);
        place.link("app/file.js", "secret/a.js");
        place.link("app/folder", "secret");
        let run = place.app(&[], &[]);
        let reason = ["leads to", "secret/a.js", "outside root and whitelistedPaths", "to allow it"];
        run.refused("./file.js", &reason);
        run.refused("./folder/a.js", &reason);
        assert!(matches!(run.main("./file"), Answer::Refused(_)));
        assert!(matches!(run.main("./folder/a"), Answer::Refused(_)));
        assert!(matches!(run.hook(&place.absolute("app/file.js")), Answer::Refused(_)));
        assert!(run.loader.entry("file.js").is_err());
        assert!(run.loader.entry("folder/a.js").is_err());
    }

    #[test]
    fn a_link_inside_root_to_an_allowed_folder_is_followed() {
        let place = place(&[("app/main.js", ""), ("shared/a.js", ""), ("shared/b.js", ""), ("app/lib/c.js", "")]);
        place.link("app/file.js", "shared/a.js");
        place.link("app/folder", "shared");
        place.link("app/inner.js", "app/lib/c.js");
        let run = place.app(&["shared"], &[]);
        assert_eq!(run.main("./file"), file("shared/a.js"));
        assert_eq!(run.main("./folder/b"), file("shared/b.js"));
        assert_eq!(run.main("./inner.js"), file("app/lib/c.js"));
        // A file is where its real path is, also for what it requires.
        assert_eq!(run.from(&run.load("./file"), "./b"), file("shared/b.js"));
    }

    #[test]
    fn a_link_does_not_lend_its_extension_to_another_file() {
        let place = place(&[("app/main.js", ""), ("app/notes.txt", "")]);
        place.link("app/notes.js", "app/notes.txt");
        place.app(&[], &[]).refused("./notes.js", &["notes.txt", "sourceExtensions"]);
    }

    #[test]
    fn root_and_allowed_folders_may_themselves_be_links() {
        let place = place(&[("real/app/main.js", ""), ("real/app/a.js", ""), ("real/shared/b.js", "")]);
        place.link("app", "real/app");
        place.link("shared", "real/shared");
        let run = place.app(&["shared"], &[]);
        assert_eq!(run.entry("main.js").display(), "/main.js");
        assert_eq!(run.main("./a"), file("real/app/a.js"));
        assert_eq!(run.main(&place.absolute("app/a.js")), file("real/app/a.js"), "by the name the host gave");
        assert_eq!(run.main(&place.absolute("shared/b")), file("real/shared/b.js"));
        assert_eq!(run.main(&place.absolute("real/shared/b")), file("real/shared/b.js"));
    }

    #[test]
    fn a_circle_of_links_ends() {
        let place = place(&[("app/main.js", "")]);
        place.link("app/a.js", "app/b.js");
        place.link("app/b.js", "app/a.js");
        assert!(matches!(place.app(&[], &[]).main("./a.js"), Answer::Refused(_)));
    }

    #[test]
    fn a_file_replaced_by_a_link_after_it_was_approved_is_not_read() {
        let place =
            place(&[("app/main.js", ""), ("app/lib/a.js", "mine"), ("app/b.js", "mine"), ("secret/a.js", "not yours")]);
        let run = place.app(&[], &[]);
        let (inner, outer) = (run.load("./lib/a"), run.load("./b"));
        assert_eq!(run.loader.read(&inner).unwrap().as_str(), "mine");
        std::fs::rename(place.path.join("app/lib"), place.path.join("app/before")).unwrap();
        place.link("app/lib", "secret");
        std::fs::remove_file(place.path.join("app/b.js")).unwrap();
        place.link("app/b.js", "secret/a.js");
        for (approved, name) in [(inner, "/lib/a.js"), (outer, "/b.js")] {
            match run.loader.read(&approved) {
                Err(ModuleError::Unreadable { file, reason }) => {
                    assert_eq!(file, name);
                    assert!(reason.contains("cannot be read"), "{reason}");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn only_regular_files_are_modules() {
        let place = place(&[("app/main.js", ""), ("app/a.js", "")]);
        let run = place.app(&[], &[]);
        let approved = run.load("./a");
        std::fs::remove_file(place.path.join("app/a.js")).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(place.path.join("app/a.js")).unwrap();
        // A run remembers what it has seen; the next one looks anew.
        assert!(matches!(place.app(&[], &[]).main("./a.js"), Answer::Refused(_)));
        assert!(matches!(run.loader.read(&approved), Err(ModuleError::Unreadable { .. })));
        drop(socket);
    }
}
