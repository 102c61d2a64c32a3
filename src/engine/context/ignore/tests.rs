use super::*;

/// Asks for every folder on the way to the path, as a walk does.
fn excluded(patterns: &str, path: &str) -> bool {
    let ignore = Ignore::parse(patterns).unwrap();
    let mut inherited = Inherited::default();
    let mut verdict = Verdict::Included;
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .chain([path.len()]);
    for end in ends {
        (verdict, inherited) = ignore.verdict(&path[..end], &inherited);
    }
    verdict != Verdict::Included
}

#[test]
fn patterns_match_as_dockers_do() {
    // Patterns (one a line), path, whether it is left out.
    let table = [
        // Plain names are whole paths from the context's root, and take what is below along.
        ("file", "file", true),
        ("file", "dir/file", false),
        ("file", "file2", false),
        ("dir", "dir/file", true),
        ("dir", "dir/sub/file", true),
        ("dir/sub", "dir/sub/file", true),
        ("dir/sub", "dir/other", false),
        // Slashes at either end and detours mean nothing.
        ("/file", "file", true),
        ("dir/", "dir/file", true),
        ("/dir/", "dir", true),
        ("./dir//sub/.", "dir/sub/file", true),
        ("dir/../file", "file", true),
        ("/../file", "file", true),
        ("../file", "file", false),
        (".", "file", false),
        ("/", "file", false),
        // One component.
        ("*", "file", true),
        ("*", "dir/file", true),
        ("*.txt", "a.txt", true),
        ("*.txt", "dir/a.txt", false),
        ("*/temp*", "somedir/temporary.txt", true),
        ("*/temp*", "a/b/temporary.txt", false),
        ("*/*/temp*", "a/b/temp", true),
        ("temp?", "tempa", true),
        ("temp?", "temp", false),
        ("a?b", "a/b", false),
        // Any number of components.
        ("**", "a/b/c", true),
        ("**/*.go", "main.go", true),
        ("**/*.go", "a/b/main.go", true),
        ("**/foo", "foo", true),
        ("**/foo", "a/b/foo", true),
        ("**/foo", "a/barfoo", false),
        ("**/foo/bar", "x/foo/bar/baz", true),
        ("**foo", "a/barfoo", true),
        ("**.txt", "a/b.txt", true),
        ("dir/**", "dir/a/b", true),
        ("dir/**", "dir", false),
        ("a/**/b", "a/b", true),
        ("a/**/b", "a/x/y/b", true),
        ("a/**/b", "a/xb", false),
        ("**/a/**", "x/a/y", true),
        ("a**b", "a/x/b", true),
        ("a**b", "axb", false),
        ("dir**", "directory/file", true),
        // Classes and escapes.
        ("[a-c].txt", "b.txt", true),
        ("[a-c].txt", "d.txt", false),
        ("[^a-c].txt", "d.txt", true),
        ("[^a-c].txt", "b.txt", false),
        ("[\\]a]", "]", true),
        ("a\\*b", "a*b", true),
        ("a\\*b", "axb", false),
        ("\\#file", "#file", true),
        // Nothing else is special.
        ("a.b", "axb", false),
        ("a+b(c)|{d}$", "a+b(c)|{d}$", true),
        ("über", "über", true),
        // Exceptions; the last match decides.
        ("*.md\n!README.md", "README.md", false),
        ("*.md\n!README.md", "OTHER.md", true),
        ("!README.md\n*.md", "README.md", true),
        (
            "*.md\n!README*.md\nREADME-secret.md",
            "README-secret.md",
            true,
        ),
        (
            "*.md\n!README*.md\nREADME-secret.md",
            "README-public.md",
            false,
        ),
        ("dir\n!dir/keep", "dir/keep/file", false),
        ("dir\n!dir/keep", "dir/file", true),
        ("*\n!src", "src/a/b", false),
        ("*\n!src/**", "src/a", false),
        ("*\n!src/**", "src", true),
        ("**\n!**/*.rs", "a/b.rs", false),
        ("**\n!**/*.rs", "a/b.go", true),
        ("! keep\nkeep", "keep", true),
        ("*\n! keep", "keep", false),
        // Comments, blank lines, spaces, a byte order mark, carriage returns.
        ("# file\n\nother", "# file", false),
        (" # file", "# file", true),
        ("  file  ", "file", true),
        ("\u{feff}file", "file", true),
        ("file\r\nother\r\n", "other", true),
    ];
    for (patterns, path, expected) in table {
        assert_eq!(
            excluded(patterns, path),
            expected,
            "{patterns:?} against {path:?}"
        );
    }
}

#[test]
fn broken_patterns_name_their_line() {
    for pattern in ["!", "[", "[]", "a[b", "a\\"] {
        let error = Ignore::parse(&format!("ok\n{pattern}\n")).unwrap_err();
        assert_eq!(
            error,
            PatternError {
                line: 2,
                pattern: pattern.to_owned()
            }
        );
    }
}

#[test]
fn folders_are_closed_unless_an_exception_can_reach_inside() {
    let table = [
        ("node_modules", "node_modules", Verdict::Excluded),
        ("node_modules\n!src/keep", "node_modules", Verdict::Excluded),
        (
            "node_modules\n!node_modules/keep",
            "node_modules",
            Verdict::ExcludedButOpen,
        ),
        (
            "node_modules\n!*/keep",
            "node_modules",
            Verdict::ExcludedButOpen,
        ),
        (
            "node_modules\n!**/keep",
            "node_modules",
            Verdict::ExcludedButOpen,
        ),
        ("a/b\n!a/b/c/d", "a/b", Verdict::ExcludedButOpen),
        ("a/b\n!a/x/c/d", "a/b", Verdict::Excluded),
        ("*\n!keep", "keep", Verdict::Included),
        ("*\n!keep", "drop", Verdict::Excluded),
    ];
    for (patterns, path, expected) in table {
        let ignore = Ignore::parse(patterns).unwrap();
        assert_eq!(
            ignore.verdict(path, &Inherited::default()).0,
            expected,
            "{patterns:?} against {path:?}"
        );
    }
}
