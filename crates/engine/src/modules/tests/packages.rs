//! Packages: who may ask for them, where they are looked up, and what their manifests say.

use super::*;
use crate::modules::Syntax;

/// Where the manifest of an installed package lies.
fn manifest(name: &str) -> String {
    format!("app/node_modules/{name}/package.json")
}

#[test]
fn a_package_that_is_not_listed_is_refused_and_the_reason_says_how_to_list_it() {
    let place = place(&[("app/main.js", ""), ("app/node_modules/money/index.js", "")]);
    place.app(&[], &[]).refused("money", &["'money' is not listed in external", "add it to external to allow it"]);
    place.app(&[], &["mon"]).refused("money/sub", &["'money' is not listed"]);
    assert_eq!(place.app(&[], &["money"]).main("money"), file("app/node_modules/money/index.js"));
}

#[test]
fn patterns_list_packages_by_scope_or_altogether() {
    let place = place(&[
        ("app/main.js", ""),
        ("app/node_modules/@acme/a/index.js", ""),
        ("app/node_modules/@acme/a/lib/x.js", ""),
        ("app/node_modules/@other/a/index.js", ""),
        ("app/node_modules/plain/index.js", ""),
    ]);
    let run = place.app(&[], &["@acme/*"]);
    assert_eq!(run.main("@acme/a"), file("app/node_modules/@acme/a/index.js"));
    assert_eq!(run.main("@acme/a/lib/x"), file("app/node_modules/@acme/a/lib/x.js"));
    run.refused("@other/a", &["'@other/a' is not listed"]);
    run.refused("plain", &["'plain' is not listed"]);
    let run = place.app(&[], &["*"]);
    assert_eq!(run.main("@other/a"), file("app/node_modules/@other/a/index.js"));
    assert_eq!(run.main("plain/"), file("app/node_modules/plain/index.js"));
}

#[test]
fn a_listed_name_is_no_way_to_another_package() {
    let place = place(&[
        ("app/main.js", ""),
        ("app/node_modules/money/index.js", ""),
        ("app/node_modules/@acme/a/index.js", ""),
        ("app/node_modules/secret/index.js", ""),
        ("app/node_modules/my-plugin/index.js", ""),
    ]);
    let run = place.app(&[], &["money", "@acme/*", "*-plugin"]);
    assert_eq!(run.main("my-plugin"), file("app/node_modules/my-plugin/index.js"));
    for specifier in [
        "money/../secret",
        "money/./../secret/index.js",
        "@acme/../secret",
        "@acme/a/../../secret",
        "secret/../my-plugin",
    ] {
        run.refused(specifier, &["leads out of the package it names"]);
    }
    // To Node these are names like others, which nobody has installed.
    for specifier in ["secret?-plugin", "secret#-plugin"] {
        assert_eq!(run.main(specifier), Answer::AsksHook, "{specifier}");
    }
}

#[test]
fn dependencies_of_an_allowed_package_load_without_being_listed() {
    let place = place(&[
        ("app/main.js", ""),
        ("app/node_modules/money/index.js", ""),
        ("app/node_modules/money/node_modules/inner/index.js", ""),
        ("app/node_modules/beside/index.js", ""),
        ("app/node_modules/inner/index.js", "another version"),
    ]);
    let run = place.app(&[], &["money"]);
    let money = run.load("money");
    assert_eq!(money.origin(), Origin::Package);
    assert_eq!(run.from(&money, "inner"), file("app/node_modules/money/node_modules/inner/index.js"), "the nearest");
    assert_eq!(run.from(&money, "beside"), file("app/node_modules/beside/index.js"));
    run.refused("beside", &["'beside' is not listed"]);
    run.refused("inner", &["'inner' is not listed"]);
}

#[test]
fn a_package_above_root_is_found_when_its_node_modules_folder_is_allowed() {
    let place = place(&[
        ("customers/acme/main.js", ""),
        ("node_modules/money/package.json", r#"{"main":"lib/money.js"}"#),
        ("node_modules/money/lib/money.js", ""),
        ("node_modules/beside/index.js", ""),
    ]);
    let run = place.run("customers/acme", &["node_modules"], &["money"], &["js"]);
    assert_eq!(run.main("money"), file("node_modules/money/lib/money.js"));
    assert_eq!(run.from(&run.load("money"), "beside"), file("node_modules/beside/index.js"));
    run.refused("beside", &["'beside' is not listed"]);
}

#[test]
fn a_single_package_above_root_can_be_allowed_without_its_neighbours() {
    let place = place(&[
        ("customers/acme/main.js", ""),
        ("node_modules/money/index.js", ""),
        ("node_modules/secret/index.js", ""),
    ]);
    let run = place.run("customers/acme", &["node_modules/money"], &["*"], &["js"]);
    assert_eq!(run.main("money"), file("node_modules/money/index.js"));
    assert_eq!(run.main("secret"), Answer::AsksHook);
}

#[test]
fn a_package_outside_the_allowed_folders_does_not_exist() {
    let place = place(&[("app/main.js", ""), ("node_modules/money/index.js", "")]);
    let run = place.app(&[], &["money"]);
    assert_eq!(run.main("money"), Answer::AsksHook);
    let reason = run.loader.not_found("money", &run.entry("main.js"));
    let ModuleError::NotFound { reason, .. } = reason else { panic!("{reason:?}") };
    for words in ["no node_modules folder above", "/app/main.js", "'money'", "whitelistedPaths to allow it"] {
        assert!(reason.contains(words), "'{words}' is not in: {reason}");
    }
}

#[test]
fn code_by_path_below_node_modules_is_a_packages() {
    let place = place(&[
        ("app/main.js", ""),
        ("app/lib/own.js", ""),
        ("app/node_modules/money/index.js", ""),
        ("node_modules/far/index.js", ""),
    ]);
    let run = place.app(&["node_modules"], &[]);
    assert_eq!(run.load("./node_modules/money").origin(), Origin::Package);
    assert_eq!(run.load("../node_modules/far").origin(), Origin::Package);
    assert_eq!(run.load("./lib/own").origin(), Origin::Own);
}

#[test]
fn a_root_below_a_node_modules_folder_is_still_the_guests_own() {
    let place = place(&[("node_modules/host/app/main.js", ""), ("node_modules/host/app/a.js", "")]);
    let run = place.run("node_modules/host/app", &[], &[], &["js"]);
    assert_eq!(run.load("./a").origin(), Origin::Own);
    run.refused("money", &["not listed in external"]);
}

#[test]
fn exports_decide_by_the_conditions_of_node_and_require() {
    let place = place(&[
        ("app/main.js", ""),
        (&manifest("text"), r#"{"exports":"./e.js","main":"m.js"}"#),
        ("app/node_modules/text/e.js", ""),
        ("app/node_modules/text/m.js", ""),
        (&manifest("node"), r#"{"exports":{"browser":"./b.js","import":"./i.js","node":"./n.js","default":"./d.js"}}"#),
        ("app/node_modules/node/n.js", ""),
        (&manifest("require"), r#"{"exports":{".":{"import":"./i.js","require":"./r.js","default":"./d.js"}}}"#),
        ("app/node_modules/require/r.js", ""),
        (&manifest("default"), r#"{"exports":{"import":"./i.js","default":"./d.js"}}"#),
        ("app/node_modules/default/d.js", ""),
        (&manifest("nested"), r#"{"exports":{"node":{"import":"./i.js","require":"./r.js"},"default":"./d.js"}}"#),
        ("app/node_modules/nested/r.js", ""),
    ]);
    let run = place.app(&[], &["*"]);
    assert_eq!(run.main("text"), file("app/node_modules/text/e.js"));
    assert_eq!(run.main("node"), file("app/node_modules/node/n.js"));
    assert_eq!(run.main("require"), file("app/node_modules/require/r.js"));
    assert_eq!(run.main("default"), file("app/node_modules/default/d.js"));
    assert_eq!(run.main("nested"), file("app/node_modules/nested/r.js"));
}

#[test]
fn exports_open_the_subpaths_they_name_and_no_others() {
    let exports =
        r#"{"exports":{".":"./index.js","./fp":"./lib/fp.js","./features/*":"./lib/*.js","./features/private":null}}"#;
    let place = place(&[
        ("app/main.js", ""),
        (&manifest("money"), exports),
        ("app/node_modules/money/index.js", ""),
        ("app/node_modules/money/lib/fp.js", ""),
        ("app/node_modules/money/lib/tax.js", ""),
        ("app/node_modules/money/lib/private.js", ""),
    ]);
    let run = place.app(&[], &["money"]);
    assert_eq!(run.main("money"), file("app/node_modules/money/index.js"));
    assert_eq!(run.main("money/fp"), file("app/node_modules/money/lib/fp.js"));
    assert_eq!(run.main("money/features/tax"), file("app/node_modules/money/lib/tax.js"));
    for blocked in ["money/lib/fp.js", "money/features/private", "money/package.json", "money/index.js"] {
        assert_eq!(run.main(blocked), Answer::AsksHook, "{blocked}");
        let refusal = run.loader.not_found(blocked, &run.entry("main.js"));
        let ModuleError::NotFound { reason, .. } = refusal else { panic!("{refusal:?}") };
        assert!(reason.contains("exports"), "{reason}");
    }
    // Its own files are not bound by them.
    assert_eq!(run.from(&run.load("money"), "./lib/private"), file("app/node_modules/money/lib/private.js"));
}

#[test]
fn exports_cannot_point_out_of_their_package() {
    let place = place(&[
        ("app/main.js", ""),
        (&manifest("bad"), r#"{"exports":{".":"../../secret.js","./deep":"./../money/index.js","./*":"./*"}}"#),
        ("app/secret.js", ""),
        ("app/node_modules/bad/a.js", ""),
        ("app/node_modules/money/index.js", ""),
        ("secret.js", ""),
    ]);
    let run = place.app(&[], &["bad"]);
    assert_eq!(run.main("bad/a.js"), file("app/node_modules/bad/a.js"));
    for specifier in ["bad", "bad/deep", "bad/../money/index.js", "bad/node_modules/../../money/index.js"] {
        assert!(!matches!(run.main(specifier), Answer::File(_)), "{specifier}: {:?}", run.main(specifier));
    }
}

#[test]
fn imports_lead_to_own_files_and_to_listed_packages_only() {
    let imports = r##"{"imports":{"#own":"./lib/own.js","#text":"./notes.txt","#money":"money","#secret":"secret",
        "#out":"../outside.js","#lib/*":"./lib/*.js","#missing":"./lib/missing.js"}}"##;
    let place = place(&[
        ("app/main.js", ""),
        ("app/package.json", imports),
        ("app/notes.txt", ""),
        ("app/lib/own.js", ""),
        ("app/node_modules/money/index.js", ""),
        ("app/node_modules/secret/index.js", ""),
        ("outside.js", ""),
    ]);
    let run = place.app(&[], &["money"]);
    assert_eq!(run.main("#own"), file("app/lib/own.js"));
    assert_eq!(run.main("#lib/own"), file("app/lib/own.js"));
    assert_eq!(run.main("#text"), file("app/notes.txt"), "a manifest names it");
    assert_eq!(run.main("#money"), file("app/node_modules/money/index.js"));
    run.refused("#secret", &["'secret' is not listed in external", "add it to external to allow it"]);
    for specifier in ["#out", "#unknown", "#missing", "#"] {
        run.refused(specifier, &[&format!("'{specifier}'"), "imports"]);
    }
    assert_eq!(run.load("#own").origin(), Origin::Own);
    assert_eq!(run.load("#money").origin(), Origin::Package);
}

#[test]
fn imports_of_a_package_are_its_own_and_need_no_list() {
    let place = place(&[
        ("app/main.js", ""),
        (&manifest("money"), r##"{"imports":{"#dep":{"node":"beside","default":"./d.js"},"#in":"./in.js"}}"##),
        ("app/node_modules/money/index.js", ""),
        ("app/node_modules/money/in.js", ""),
        ("app/node_modules/beside/index.js", ""),
    ]);
    let run = place.app(&[], &["money"]);
    let money = run.load("money");
    assert_eq!(run.from(&money, "#dep"), file("app/node_modules/beside/index.js"));
    assert_eq!(run.from(&money, "#in"), file("app/node_modules/money/in.js"));
    assert!(matches!(run.main("#in"), Answer::Refused(_)));
}

#[test]
fn packages_find_their_files_as_in_node_whatever_the_guests_are_called() {
    let place = place(&[
        ("app/main.ts", ""),
        (&manifest("money"), r#"{"main":"lib/money"}"#),
        ("app/node_modules/money/lib/money.js", ""),
        ("app/node_modules/money/lib/tax.js", ""),
        ("app/node_modules/money/lib/tax.ts", ""),
        ("app/node_modules/money/lib/README", ""),
    ]);
    let run = place.run("app", &[], &["money"], &["ts"]);
    let main = run.entry("main");
    assert_eq!(run.from(&main, "money"), file("app/node_modules/money/lib/money.js"));
    assert_eq!(run.from(&main, "./node_modules/money"), file("app/node_modules/money/lib/money.js"));
    let Ok(Resolution::Found(money)) = run.loader.resolve("money", &main, Syntax::Require) else {
        panic!("money is there")
    };
    assert_eq!(run.from(&money, "./tax"), file("app/node_modules/money/lib/tax.js"), "not what it was made from");
    assert_eq!(run.from(&money, "./README"), file("app/node_modules/money/lib/README"));
}

#[test]
fn a_broken_manifest_finds_nothing_and_breaks_nothing_else() {
    let place = place(&[
        ("app/main.js", ""),
        (&manifest("broken"), "{"),
        ("app/node_modules/broken/index.js", ""),
        ("app/node_modules/money/index.js", ""),
    ]);
    let run = place.app(&[], &["*"]);
    assert_eq!(run.main("broken"), Answer::AsksHook);
    assert_eq!(run.main("money"), file("app/node_modules/money/index.js"));
}

#[test]
fn the_folders_of_packages_are_listed_nearest_first_and_only_where_packages_are_looked_up() {
    let place = place(&[("customers/acme/lib/main.js", ""), ("node_modules/money/index.js", "")]);
    let run = place.run("customers/acme", &["node_modules"], &["money"], &["js"]);
    let paths = |folder: &str| run.loader.node_modules_paths(&place.path.join(folder));
    let names = |list: &[&str]| list.iter().map(|name| place.absolute(name)).collect::<Vec<_>>();
    assert_eq!(
        paths("customers/acme/lib"),
        names(&["customers/acme/lib/node_modules", "customers/acme/node_modules", "node_modules"])
    );
    assert_eq!(paths("node_modules/money"), names(&["node_modules/money/node_modules", "node_modules"]));
}

#[cfg(unix)]
#[test]
fn a_linked_package_is_followed_into_allowed_folders_only() {
    let place = place(&[("app/main.js", ""), ("shared/good/index.js", ""), ("elsewhere/bad/index.js", "")]);
    place.link("app/node_modules/good", "shared/good");
    place.link("app/node_modules/bad", "elsewhere/bad");
    let run = place.app(&["shared"], &["*"]);
    assert_eq!(run.main("good"), file("shared/good/index.js"));
    assert_eq!(run.load("good").origin(), Origin::Package, "wherever it lies");
    assert_eq!(run.main("bad"), Answer::AsksHook);
    let refusal = run.loader.not_found("bad", &run.entry("main.js"));
    let ModuleError::NotFound { reason, .. } = refusal else { panic!("{refusal:?}") };
    for words in ["node_modules/bad leads to", "elsewhere/bad", "outside root", "whitelistedPaths to allow it"] {
        assert!(reason.contains(words), "'{words}' is not in: {reason}");
    }
}
