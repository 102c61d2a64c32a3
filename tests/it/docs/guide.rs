//! The guides from docker's commands to windlass's, in each language.

use std::fs;

use regex::Regex;

use super::{guides, windlass};

/// What a stack of one service comes to, as JSON.
fn service(stack: &str) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("stack.yaml"), stack).unwrap();
    fs::write(folder.path().join("app.env"), "A=1\n").unwrap();
    let output = windlass(&["-p", "guide", "config", "--format", "json"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stack}\n{said}");
    // Paths of the two folders are alike.
    let text = String::from_utf8(output.stdout).unwrap();
    let real = fs::canonicalize(folder.path()).unwrap();
    let text = text.replace(real.to_str().unwrap(), "/folder");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let services = json["services"].as_object().unwrap();
    services.values().next().unwrap().clone()
}

#[test]
fn lines_of_the_guides_do_what_docker_run_does() {
    let row = Regex::new(r"(?m)^\| `(docker run [^`]*)` \| (.*) \|$").unwrap();
    let code = Regex::new("`([^`]+)`").unwrap();
    for guide in guides() {
        let text = fs::read_to_string(&guide).unwrap();
        let mut seen = 0;
        for row in row.captures_iter(&text) {
            let by_hand = row[1].replace("IMAGE", "busybox");
            let lines: Vec<&str> = code
                .captures_iter(&row[2])
                .map(|line| line.get(1).unwrap().as_str())
                .filter(|line| line.contains(':') && !line.contains("windlass"))
                .collect();
            if lines.is_empty() {
                continue;
            }
            let output = windlass(&["from-run", &by_hand]).output().unwrap();
            let made = String::from_utf8(output.stdout).unwrap();
            for line in lines {
                seen += 1;
                // A heading, such as `pages:` below the volumes.
                if line.ends_with(':') {
                    let is_there = made.lines().any(|made| made.trim().starts_with(line));
                    assert!(is_there, "{by_hand}: {line} is not in\n{made}");
                    continue;
                }
                let key = line.split(':').next().unwrap();
                let stack = format!(
                    "services:\n  busybox:\n    image: busybox\n    {line}\nvolumes: {{pages: }}\nnetworks: {{sky_net: }}\n"
                );
                assert_eq!(
                    service(&made)[key],
                    service(&stack)[key],
                    "{by_hand}: {line}"
                );
            }
        }
        assert!(seen > 20, "{}: {seen} lines", guide.display());
    }
}

/// The commands of a course on containers, which the guides have to lead from.
const COURSE: [&str; 21] = [
    "docker run -d ",
    "docker run -p ",
    "docker run -v ",
    "docker run -e ",
    "docker run --name ",
    "docker run --network ",
    "docker exec ",
    "docker logs ",
    "docker cp ",
    "docker commit ",
    "docker network create ",
    "docker network connect",
    "docker volume create ",
    "docker volume inspect ",
    "docker volume rm ",
    "docker build -t ",
    "docker tag",
    "docker push",
    "docker images",
    "docker login",
    "docker system prune",
];

#[test]
fn the_guides_know_every_command_of_the_course_and_say_the_same() {
    let row = Regex::new(r"(?m)^\| (.*) \|$").unwrap();
    let code = Regex::new("`[^`]+`|\\]\\([^)]+\\)").unwrap();
    // The code of each row: what is around it is in the reader's language.
    let rows = guides().map(|guide| {
        let text = fs::read_to_string(guide).unwrap();
        let rows = row.captures_iter(&text).map(|row| {
            let code = code.find_iter(row.get(1).unwrap().as_str());
            code.map(|code| code.as_str().to_owned()).collect()
        });
        rows.collect::<Vec<Vec<String>>>()
    });
    assert_eq!(rows[0].len(), rows[1].len());
    for (english, russian) in rows[0].iter().zip(&rows[1]) {
        assert_eq!(english, russian);
    }
    let by_hand: Vec<_> = rows[0].iter().filter_map(|row| row.first()).collect();
    for command in COURSE {
        let is_there = |line: &&String| line.trim_matches('`').starts_with(command);
        let whole = rows[0].iter().flatten().any(|line| is_there(&line));
        assert!(whole, "`{command}` is not in {by_hand:#?}");
    }
}
