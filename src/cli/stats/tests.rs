use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: StatsArgs,
}

fn printed(words: &[&str]) -> String {
    let args = Line::try_parse_from([&["stats"], words].concat())
        .unwrap()
        .args;
    let container = |id: &str, name: &str| Container {
        id: id.to_owned(),
        name: name.to_owned(),
        ..Container::default()
    };
    let usage = Usage {
        cpu_percent: 1.604,
        memory: 471_040,
        memory_limit: 25_276_000_000,
        received: 1060,
        sent: 0,
        read: 8192,
        written: 1_000_000,
        pids: 2,
    };
    let shown = [
        (container("0123456789abcdef", "shop-db-1"), usage),
        (
            container("fedcba9876543210", "shop-job-1"),
            Usage::default(),
        ),
    ];
    text(&shown, &args).unwrap()
}

#[test]
fn what_containers_use_is_told_as_docker_tells_it() {
    assert_eq!(
        printed(&[]),
        "\
CONTAINER ID   NAME         CPU %   MEM USAGE / LIMIT   MEM %   NET I/O       BLOCK I/O      PIDS
0123456789ab   shop-db-1    1.60%   460KiB / 23.54GiB   0.00%   1.06kB / 0B   8.19kB / 1MB   2
fedcba987654   shop-job-1   0.00%   0B / 0B             0.00%   0B / 0B       0B / 0B        0
"
    );
    let json = printed(&["--format", "json"]);
    assert!(
            json.starts_with(
                "{\"BlockIO\":\"8.19kB / 1MB\",\"CPUPerc\":\"1.60%\",\"Container\":\"0123456789abcdef\",\
                 \"ID\":\"0123456789ab\",\"MemPerc\":\"0.00%\",\"MemUsage\":\"460KiB / 23.54GiB\",\
                 \"Name\":\"shop-db-1\",\"NetIO\":\"1.06kB / 0B\",\"PIDs\":\"2\"}\n"
            ),
            "{json}"
        );
    assert_eq!(
        printed(&["--no-trunc", "--format", "{{.ID}} {{.PIDs}}"]),
        "0123456789abcdef 2\nfedcba9876543210 0\n"
    );
}

#[test]
fn lines_are_cut_to_the_terminal() {
    assert_eq!(cut("long line\nok\n", (4, 9)), "long\nok\n");
    assert_eq!(cut("a\nb\nc\n", (4, 3)), "a\nb\n");
}
