use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::Parser;

use super::*;

#[test]
fn dockers_word_before_a_plugins_arguments_is_taken_out() {
    for (words, called, rest) in [
        ("windlass up", Called::Windlass, "up"),
        ("/x/docker-windlass windlass up", Called::Windlass, "up"),
        (
            "docker-windlass up windlass",
            Called::Windlass,
            "up windlass",
        ),
        ("docker-compose compose ps", Called::DockerCompose, "ps"),
        ("docker-compose ps", Called::DockerCompose, "ps"),
        ("", Called::Windlass, ""),
        (
            "docker-windlass --context windlass -D windlass ps",
            Called::Windlass,
            "--context windlass -D ps",
        ),
        (
            "docker-windlass -Hx --log-level=error --tlsverify windlass ps",
            Called::Windlass,
            "-Hx --log-level=error --tlsverify ps",
        ),
        (
            "docker-windlass -f x windlass",
            Called::Windlass,
            "-f x windlass",
        ),
        ("docker-windlass --host", Called::Windlass, "--host"),
    ] {
        let mut args: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
        assert_eq!(called_as(&mut args), called, "{words:?}");
        let rest: Vec<&str> = rest.split_whitespace().collect();
        assert_eq!(args.get(1..).unwrap_or_default(), rest, "{words:?}");
    }
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    docker: DockerOptions,
}

#[test]
fn dockers_options_stand_in_for_its_variables() {
    let put = |words: &str| {
        let words = ["docker"].into_iter().chain(words.split_whitespace());
        let line = Line::try_parse_from(words).map_err(|error| error.to_string())?;
        let mut environment = BTreeMap::from([("DOCKER_HOST".to_owned(), "old".to_owned())]);
        let put = line.docker.put(&mut environment);
        put.map_err(|error| error.to_string())?;
        let set = environment
            .iter()
            .map(|(name, value)| format!("{}={value}", &name[7..]));
        Ok::<_, String>(set.collect::<Vec<_>>().join(" "))
    };
    for (words, set) in [
        ("-D -l debug", "HOST=old"),
        ("-H tcp://box:1", "HOST=tcp://box:1"),
        ("--context far --config /c", "CONFIG=/c CONTEXT=far HOST="),
        ("--tlsverify", "HOST=old TLS_VERIFY=1"),
        (
            "--tlsverify --tlscacert /c/ca.pem --tlscert /c/cert.pem --tlskey /c/key.pem",
            "CERT_PATH=/c HOST=old TLS_VERIFY=1",
        ),
        (
            "--tlsverify --tlscacert ca.pem",
            "CERT_PATH=. HOST=old TLS_VERIFY=1",
        ),
    ] {
        assert_eq!(put(words).as_deref(), Ok(set), "{words}");
    }
    for (words, why) in [
        ("-H x -c y", "cannot be used with"),
        ("--tls", "use --tlsverify"),
        (
            "--tlsverify --tlscacert /c/authority.pem",
            "has to be called ca.pem",
        ),
        (
            "--tlsverify --tlscacert /c/ca.pem --tlscert /d/cert.pem",
            "in one folder",
        ),
    ] {
        let refused = put(words).unwrap_err();
        assert!(refused.contains(why), "{words}: {refused}");
    }
}
