//! The measured times as a table and as JSON.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::contestant::{Contestant, target};
use crate::floor::Result;
use crate::row::Row;

/// The times of one row: one list per contestant, in their order.
pub(crate) struct Measured<'a> {
    pub(crate) row: &'a Row,
    pub(crate) times: [Vec<Duration>; Contestant::ALL.len()],
}

impl Measured<'_> {
    /// Medians in seconds: windlass, compose, floor.
    fn medians(&self) -> [f64; 3] {
        self.times.each_ref().map(|times| {
            let mut times: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
            times.sort_by(f64::total_cmp);
            let middle = times.len() / 2;
            if times.len().is_multiple_of(2) {
                f64::midpoint(times[middle - 1], times[middle])
            } else {
                times[middle]
            }
        })
    }

    /// Whether somebody was faster than the floor, which cannot be.
    pub(crate) fn floor_is_wrong(&self) -> bool {
        let [windlass, compose, floor] = self.medians();
        floor > windlass.min(compose)
    }

    fn json(&self) -> Value {
        let [windlass, compose, floor] = self.medians();
        let samples = Contestant::ALL.iter().zip(&self.times).map(|(who, times)| {
            let times: Vec<u128> = times.iter().map(Duration::as_millis).collect();
            (who.name().to_owned(), json!(times))
        });
        json!({
            "name": self.row.name,
            "title": self.row.title,
            "median_seconds": { "windlass": windlass, "compose": compose, "floor": floor },
            "ratio": { "compose": windlass / compose, "floor": windlass / floor },
            "wanted": { "compose": self.row.of_compose, "floor": self.row.of_floor },
            "milliseconds": samples.collect::<serde_json::Map<_, _>>(),
        })
    }
}

/// The table, one line per row; `!` marks a ratio that is above what is wanted.
pub(crate) fn table(all: &[Measured]) -> String {
    let ratio = |ratio: f64, wanted: f64| {
        let mark = if ratio > wanted { '!' } else { ' ' };
        format!("{ratio:>5.2} (<= {wanted:.2}){mark}")
    };
    let mut text = format!(
        "{:<48} {:>10} {:>10} {:>10}  {:<16} {:<16}\n",
        "median of `up -d --wait`", "windlass", "compose", "floor", "of compose", "of floor"
    );
    for measured in all {
        let [windlass, compose, floor] = measured.medians();
        let row = measured.row;
        let line = format!(
            "{:<48} {windlass:>8.2} s {compose:>8.2} s {floor:>8.2} s  {} {}",
            row.title,
            ratio(windlass / compose, row.of_compose),
            ratio(windlass / floor, row.of_floor),
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Writes `bench.json` with the samples, and with the machine they are from; answers where.
pub(crate) fn write(all: &[Measured], engine: &Value) -> Result<String> {
    let path = target().join("bench.json");
    let cpus = std::thread::available_parallelism()?.get();
    let report = json!({
        "date": said_by("date", &["-u", "+%F"])?,
        "cpus": cpus,
        "kernel": said_by("uname", &["-r"])?,
        "load": load()?,
        "engine": engine,
        "windlass": env!("CARGO_PKG_VERSION"),
        "compose": said_by("docker", &["compose", "version", "--short"])?,
        "rows": all.iter().map(Measured::json).collect::<Vec<_>>(),
    });
    fs::write(&path, serde_json::to_string_pretty(&report)? + "\n")?;
    Ok(path.display().to_string())
}

/// The load of the last one, five and fifteen minutes.
pub(crate) fn load() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').take(3).collect::<Vec<_>>().join(" "))
}

fn said_by(program: &str, args: &[&str]) -> Result<String> {
    let output = Command::new(program).args(args).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
