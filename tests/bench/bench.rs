//! `make bench`: the same stacks raised, looked at and lowered by windlass, by docker compose and by the bare engine
//! calls (the floor), in turns on one private engine. Prints medians and ratios, and writes all numbers to `bench.json` in
//! cargo's target folder.
//!
//! Arguments: the number of rounds, and the names of rows; seven rounds of all rows where nothing else is said. `markdown`
//! prints the last table once more, for the README. The exit code is 2 where a target is missed.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::print_stderr, reason = "it tells how far it is")]

mod contestant;
mod floor;
mod measure;
mod report;
mod row;
mod stack;

use std::path::Path;
use std::process::ExitCode;

use contestant::target;
use floor::{Engine, Recording, Result};
use measure::{Bench, Measured};
use row::{ROWS, Row};

/// Where a row is worse than wanted.
const MISSED: u8 = 2;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // cargo adds --bench.
    let words = args.iter().map(String::as_str);
    let words: Vec<&str> = words.filter(|word| *word != "--bench").collect();
    let ended = match words.as_slice() {
        ["floor", recording, command, options @ ..] => {
            replay(Path::new(recording), command, options)
        }
        ["markdown"] => report::read().map(|report| {
            print!("{}", report::markdown(&report));
            ExitCode::SUCCESS
        }),
        words => compare(words),
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The floor as a process of its own: `floor RECORDING up|down|logs`.
fn replay(path: &Path, command: &str, options: &[&str]) -> Result<ExitCode> {
    let host = std::env::var("DOCKER_HOST")?;
    let engine = Engine::at(&host)?;
    let recording = Recording::read(path)?;
    let runtime = runtime()?;
    match command {
        "up" => runtime.block_on(floor::up(&engine, &recording))?,
        "logs" => floor::logs(&engine, &recording, options.contains(&"-t"))?,
        _ => runtime.block_on(floor::down(&engine, &recording))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn compare(words: &[&str]) -> Result<ExitCode> {
    let mut rounds = 7;
    let mut rows: Vec<&Row> = Vec::new();
    for word in words {
        match (word.parse(), ROWS.iter().find(|row| row.name == *word)) {
            (Ok(number), _) if number > 0 => rounds = number,
            (_, Some(row)) => rows.push(row),
            _ => {
                let known: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
                let known = known.join(" ");
                let error = format!("neither a number of rounds nor a row: {word} (rows: {known})");
                return Err(error.into());
            }
        }
    }
    if rows.is_empty() {
        rows.extend(&ROWS);
    }
    let host = std::env::var("WINDLASS_TEST_HOST");
    let host = host
        .map_err(|_| "WINDLASS_TEST_HOST is not set: `make bench` starts an engine and sets it")?;
    let engine = Engine::at(&host)?;
    let runtime = runtime()?;
    std::fs::create_dir_all(target().join("bench"))?;
    let bench = Bench {
        host: &host,
        engine: &engine,
        runtime: &runtime,
        rounds,
    };
    let all = measure(&bench, &rows);
    let version = runtime.block_on(engine.get("/version"))?;
    let report = report::report(&all, rounds, &version["Version"])?;
    let path = report::write(&report)?;
    println!("{}", report::table(&report));
    println!(
        "{rounds} rounds in turns, load {}; all numbers in {path}",
        report::load()?
    );
    let wrong = report::names(&report, "floor_is_wrong");
    if !wrong.is_empty() {
        println!(
            "the floor is not the fastest, so it is none: {}",
            wrong.join(", ")
        );
    }
    let missed = report::missed(&report);
    if missed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("missed: {}", missed.join(", "));
    Ok(ExitCode::from(MISSED))
}

/// Measures the rows stack by stack; answers them in the order of the table.
fn measure<'a>(bench: &Bench, rows: &[&'a Row]) -> Vec<Measured<'a>> {
    let mut all: Vec<Measured> = Vec::new();
    for row in rows {
        if all.iter().any(|measured| measured.row.name == row.name) {
            continue;
        }
        let same = rows
            .iter()
            .filter(|other| other.stack.name == row.stack.name);
        let same: Vec<&Row> = same.copied().collect();
        all.extend(bench.measure(row.stack, &same));
    }
    all.sort_by_key(|measured| ROWS.iter().position(|row| row.name == measured.row.name));
    all
}

/// One thread: all the floor does is wait.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}
