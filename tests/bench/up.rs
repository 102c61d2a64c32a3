//! `make bench`: the same stacks raised by windlass, by docker compose and by the bare engine calls (the floor), in turns
//! on one private engine. Prints medians and ratios, and writes them to `bench.json` in cargo's target folder.
//!
//! Arguments: the number of rounds, and the names of rows; seven rounds of all rows where nothing else is said.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::print_stderr, reason = "it tells how far it is")]

mod contestant;
mod floor;
mod report;
mod row;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use contestant::{Contestant, recording, target};
use floor::{Engine, Recording, Result};
use report::Measured;
use row::{ROWS, Row};

/// What the engine gets to finish what a `down` has left to it, so that the next one does not pay for it.
const REST: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let ended = match words.as_slice() {
        ["floor", recording, command, ..] => replay(Path::new(recording), command),
        // cargo adds --bench.
        words => compare(words.iter().copied().filter(|word| *word != "--bench")),
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The floor as a process of its own: `floor RECORDING up|down`.
fn replay(path: &Path, command: &str) -> Result<ExitCode> {
    let runtime = runtime()?;
    let engine = Engine::at(&std::env::var("DOCKER_HOST")?)?;
    let recording = Recording::read(path)?;
    match command {
        "up" => runtime.block_on(floor::up(&engine, &recording))?,
        _ => runtime.block_on(floor::down(&engine, &recording))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn compare<'a>(words: impl Iterator<Item = &'a str>) -> Result<ExitCode> {
    let mut rounds = 7;
    let mut rows: Vec<&Row> = Vec::new();
    for word in words {
        match (word.parse(), ROWS.iter().find(|row| row.name == word)) {
            (Ok(number), _) if number > 0 => rounds = number,
            (_, Some(row)) => rows.push(row),
            _ => return Err(format!("neither a number of rounds nor a row: {word}").into()),
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

    let mut all = Vec::new();
    for row in rows {
        prepare(row, &host, &engine, &runtime)?;
        all.push(measure(row, &host, rounds)?);
        // The floor's volume is windlass's.
        for who in [Contestant::Windlass, Contestant::Compose] {
            who.down(row, &host, true)?;
        }
    }
    let version = runtime.block_on(engine.get("/version"))?;
    let path = report::write(&all, &version["Version"])?;
    println!("{}", report::table(&all));
    println!(
        "{rounds} rounds in turns, load {}; all times in {path}",
        report::load()?
    );
    let wrong: Vec<&str> = all
        .iter()
        .filter(|row| row.floor_is_wrong())
        .map(|row| row.row.name)
        .collect();
    if wrong.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!(
        "the floor is not the fastest, so it is none: {}",
        wrong.join(", ")
    )
    .into())
}

/// A first time that is not measured: builds the image, fills the volumes, and records windlass's containers for the floor.
fn prepare(
    row: &Row,
    host: &str,
    engine: &Engine,
    runtime: &tokio::runtime::Runtime,
) -> Result<()> {
    eprintln!("{}: the first time", row.title);
    std::fs::create_dir_all(target().join("bench"))?;
    for who in [Contestant::Windlass, Contestant::Compose] {
        // What an interrupted run has left.
        who.down(row, host, false)?;
        who.up(row, host)?;
        if matches!(who, Contestant::Windlass) {
            let found = runtime.block_on(Recording::of(engine, &who.project(row)))?;
            found.write(&recording(row))?;
        }
        who.down(row, host, false)?;
    }
    Ok(())
}

/// Rounds of all contestants, of whom each goes first in turn.
fn measure<'a>(row: &'a Row, host: &str, rounds: usize) -> Result<Measured<'a>> {
    let mut measured = Measured {
        row,
        times: Default::default(),
    };
    for round in 0..rounds {
        let mut line = format!("{} {}/{rounds}:", row.name, round + 1);
        for turn in 0..Contestant::ALL.len() {
            let place = (round + turn) % Contestant::ALL.len();
            let who = Contestant::ALL[place];
            sleep(REST);
            let taken = who.up(row, host)?;
            measured.times[place].push(taken);
            write!(line, " {} {:.2} s", who.name(), taken.as_secs_f64())?;
            who.down(row, host, false)?;
        }
        eprintln!("{line}");
    }
    Ok(measured)
}

/// One thread: all the floor does is wait.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}
