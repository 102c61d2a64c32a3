//! The measured numbers as JSON, and the table that is made of that.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::contestant::{Contestant, target};
use crate::floor::Result;
use crate::measure::Measured;

/// What is written to `bench.json`: the numbers, and the machine they are from.
pub(crate) fn report(all: &[Measured], rounds: usize, engine: &Value) -> Result<Value> {
    Ok(json!({
        "date": said_by("date", &["-u", "+%F"])?,
        "cpus": std::thread::available_parallelism()?.get(),
        "cpu": cpu(),
        "kernel": said_by("uname", &["-r"])?,
        "load": load()?,
        "rounds": rounds,
        "engine": engine,
        "windlass": env!("CARGO_PKG_VERSION"),
        "compose": said_by("docker", &["compose", "version", "--short"])?,
        "rows": all.iter().map(row).collect::<Vec<_>>(),
    }))
}

fn row(measured: &Measured) -> Value {
    let row = measured.row;
    let medians = measured.numbers.each_ref().map(|numbers| median(numbers));
    let [windlass, compose, floor] = medians;
    let of = |other: Option<f64>| Some(windlass? / other?);
    let of_floor = row.of_floor.and_then(|_| of(floor));
    let is_within = |ratio: Option<f64>, wanted: Option<f64>| {
        ratio
            .zip(wanted)
            .is_none_or(|(ratio, wanted)| ratio <= wanted)
    };
    let fastest = windlass
        .into_iter()
        .chain(compose)
        .fold(f64::INFINITY, f64::min);
    let numbers = Contestant::ALL.iter().zip(&measured.numbers);
    let numbers = numbers.map(|(who, numbers)| (who.name().to_owned(), json!(numbers)));
    json!({
        "name": row.name,
        "title": row.title,
        "unit": row.figure.unit(),
        "median": { "windlass": windlass, "compose": compose, "floor": floor },
        "ratio": { "compose": of(compose), "floor": of_floor },
        "wanted": { "compose": row.of_compose, "floor": row.of_floor },
        "failure": measured.failure,
        "is_met": measured.failure.is_none()
            && is_within(of(compose), Some(row.of_compose)) && is_within(of_floor, row.of_floor),
        // Somebody was faster than the floor, which cannot be.
        "floor_is_wrong": row.of_floor.and(floor).is_some_and(|floor| floor > fastest),
        "numbers": numbers.collect::<serde_json::Map<_, _>>(),
    })
}

fn median(numbers: &[f64]) -> Option<f64> {
    let mut numbers = numbers.to_vec();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let above = *numbers.get(middle)?;
    if numbers.len().is_multiple_of(2) {
        Some(f64::midpoint(numbers[middle - 1], above))
    } else {
        Some(above)
    }
}

/// The table for a terminal, one line per row.
pub(crate) fn table(report: &Value) -> String {
    let cells: Vec<[String; 6]> = [HEAD.map(str::to_owned)]
        .into_iter()
        .chain(rows(report).map(cells))
        .collect();
    let width = |column: usize| {
        let widths = cells.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3, 4, 5].map(width);
    let mut text = String::new();
    for row in &cells {
        let padded: Vec<String> = row
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (cell, width))| match column {
                1..=3 => format!("{cell:>width$}"),
                _ => format!("{cell:<width$}"),
            })
            .collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The table for a README, with what it was measured on.
pub(crate) fn markdown(report: &Value) -> String {
    let mut text = format!("| {} |\n", HEAD.join(" | "));
    text.push_str("| --- | ---: | ---: | ---: | --- | --- |\n");
    for row in rows(report) {
        let _ = writeln!(text, "| {} |", cells(row).join(" | "));
    }
    let said = |key: &str| report[key].as_str().unwrap_or_default();
    let _ = writeln!(
        text,
        "\n{}, {} rounds; {} processors ({}), Linux {}, Docker Engine {}, docker compose {}; load {}.",
        said("date"),
        report["rounds"],
        report["cpus"],
        said("cpu"),
        said("kernel"),
        said("engine"),
        said("compose"),
        said("load"),
    );
    text
}

const HEAD: [&str; 6] = [
    "median of",
    "windlass",
    "compose",
    "floor",
    "of compose",
    "of the floor",
];

/// The names of rows for which this is true.
pub(crate) fn names<'a>(report: &'a Value, key: &str) -> Vec<&'a str> {
    let found = rows(report).filter(|row| row[key] == true);
    found.filter_map(|row| row["name"].as_str()).collect()
}

/// The names of rows of which a target is missed.
pub(crate) fn missed(report: &Value) -> Vec<&str> {
    let missed = rows(report).filter(|row| row["is_met"] == false);
    missed.filter_map(|row| row["name"].as_str()).collect()
}

fn rows(report: &Value) -> impl Iterator<Item = &Value> {
    report["rows"].as_array().into_iter().flatten()
}

fn cells(row: &Value) -> [String; 6] {
    let failed = if row["failure"].is_string() {
        " (failed)"
    } else {
        ""
    };
    let median = |who: &str| number(row["median"][who].as_f64(), row["unit"] == "bytes");
    let ratio = |of: &str| {
        let Some((ratio, wanted)) = row["ratio"][of].as_f64().zip(row["wanted"][of].as_f64())
        else {
            return String::new();
        };
        if ratio <= wanted {
            format!("{ratio:.2} (≤ {wanted:.2})")
        } else {
            format!("{ratio:.2} (wanted {wanted:.2})")
        }
    };
    [
        row["title"].as_str().unwrap_or_default().to_owned() + failed,
        median("windlass"),
        median("compose"),
        median("floor"),
        ratio("compose"),
        ratio("floor"),
    ]
}

fn number(number: Option<f64>, is_bytes: bool) -> String {
    match number {
        None => String::new(),
        Some(bytes) if is_bytes => format!("{:.1} MB", bytes / 1e6),
        Some(seconds) if seconds < 0.1 => format!("{:.1} ms", seconds * 1e3),
        Some(seconds) => format!("{seconds:.2} s"),
    }
}

/// Writes the report; answers where.
pub(crate) fn write(report: &Value) -> Result<String> {
    let path = target().join("bench.json");
    fs::write(&path, serde_json::to_string_pretty(report)? + "\n")?;
    Ok(path.display().to_string())
}

/// The last report.
pub(crate) fn read() -> Result<Value> {
    let path = target().join("bench.json");
    let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_slice(&text)?)
}

/// The load of the last one, five and fifteen minutes.
pub(crate) fn load() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').take(3).collect::<Vec<_>>().join(" "))
}

/// The processor's name.
fn cpu() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said_by(program: &str, args: &[&str]) -> Result<String> {
    let output = Command::new(program).args(args).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
