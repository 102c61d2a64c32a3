//! What holds for every stack: raised, there is nothing to do; whatever is edited, the plan names it; and once it is
//! applied, there is nothing to do again.
//!
//! Containers are created only, of an image of a few bytes. The stacks are ours and, where they lie beside the
//! checkout, those of other people. `make test` takes a seeded sample, `make soak` (`WINDLASS_SOAK=1`) all of them;
//! `WINDLASS_SEED` chooses others, `WINDLASS_ONLY` those of a name.

mod case;
mod edit;
mod harmless;

use serde_json::Value;

use crate::support::engine::{Ran, Stack};
use case::Case;
use edit::Edit;

/// How many of other people's stacks `make test` looks at.
const SAMPLE: usize = 30;
/// How many edits are tried on a stack; what the loader or the engine refuses is not counted against it.
const EDITS: usize = 4;

/// A linear congruential generator: the same numbers for the same seed, on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }
}

/// What came of a stack.
enum Outcome {
    /// It does not load: others are to say whether rightly.
    Refused,
    /// The property holds, through so many edits.
    Held(usize),
    /// This machine or this engine cannot make it.
    LeftOut(String),
    /// The property is broken.
    Broken(String),
}

/// The engine's own refusals, and what this machine lacks: no stack of ours would be better.
fn is_refused(ran: &Ran) -> Option<String> {
    let refusals = [
        "the engine answers ",
        "pool overlaps",
        " it needs engine API ",
    ];
    let refusal = |line: &&str| refusals.iter().any(|refusal| line.contains(refusal));
    let line = ran.stderr.lines().filter(|line| line.starts_with("error"));
    line.filter(|line| refusal(line)).map(str::to_owned).next()
}

fn is_done(ran: &Ran) -> bool {
    ran.status == 0 && ran.both().contains("nothing to do")
}

/// Raised, nothing is left to do but to start it.
fn raise(stack: &Stack) -> Result<(), Outcome> {
    let raised = stack.run(&["up", "--no-start"]);
    if raised.status != 0 {
        return Err(match is_refused(&raised) {
            Some(refusal) => Outcome::LeftOut(refusal),
            None => Outcome::Broken(format!("up --no-start: {}", raised.both())),
        });
    }
    for again in [
        &["up", "--no-start", "--dry-run"][..],
        &["up", "--no-start"],
    ] {
        let ran = stack.run(again);
        if !is_done(&ran) {
            let after = raised.both();
            let found = format!("{again:?} after up:\n{}\nthat was\n{after}", ran.both());
            return Err(Outcome::Broken(found));
        }
    }
    let plan = stack.run(&["plan", "--json"]);
    let plan: Value = serde_json::from_str(&plan.stdout)
        .map_err(|_| Outcome::Broken(format!("plan after up: {}", plan.both())))?;
    let steps = plan["steps"].as_array().into_iter().flatten();
    let starts = [
        "StartContainer",
        "CopyFiles",
        "RunHook",
        "RunPreStart",
        "Wait",
    ];
    let other: Vec<&Value> = steps
        .filter(|step| !starts.iter().any(|start| step["operation"] == *start))
        .collect();
    if other.is_empty() {
        Ok(())
    } else {
        Err(Outcome::Broken(format!("plan after up: {other:#?}")))
    }
}

/// Edits the file; the plan names each edit. Answers what was edited.
fn edit(stack: &Stack, model: &mut Value, random: &mut Random) -> Result<Vec<Edit>, Outcome> {
    let mut edits: Vec<Edit> = Vec::new();
    for _ in 0..EDITS {
        let Some((edited, edit)) = edit::random(model, random) else {
            continue;
        };
        stack.file("stack.yaml", &pretty(&edited));
        if edits.iter().any(|other| other.is_near(&edit))
            || stack.run(&["config", "-q"]).status != 0
        {
            continue;
        }
        *model = edited;
        edits.push(edit);
    }
    stack.file("stack.yaml", &pretty(model));
    let plan = stack.run(&["up", "--no-start", "--dry-run"]);
    if plan.status != 0 {
        return Err(match is_refused(&plan) {
            Some(refusal) => Outcome::LeftOut(refusal),
            None => Outcome::Broken(format!("the plan of {edits:?}: {}", plan.both())),
        });
    }
    let unnamed = edits.iter().find(|edit| !edit.is_named(&plan.stdout));
    match unnamed {
        Some(edit) => {
            let text = format!("the plan does not name {edit:?}:\n{}", plan.both());
            Err(Outcome::Broken(text))
        }
        None => Ok(edits),
    }
}

fn holds(case: &Case, number: usize, seed: u64) -> Outcome {
    let stack = Stack::empty(&format!("property{number}"));
    let Some(model) = case.model() else {
        return Outcome::Refused;
    };
    let Some(mut model) = harmless::model(model, &stack) else {
        return Outcome::LeftOut("it has no service with a container".into());
    };
    stack.file("stack.yaml", &pretty(&model));
    let raised = raise(&stack);
    if let Err(outcome) = raised {
        return outcome;
    }
    let before = pretty(&model);
    let mut random = Random(seed);
    random.below(1);
    let edited = edit(&stack, &mut model, &mut random).and_then(|edits| {
        raise(&stack).map_err(|outcome| match outcome {
            Outcome::Broken(text) => Outcome::Broken(format!("after {edits:?}: {text}")),
            // An edit that the engine refuses says nothing of the stack: what it was is raised again.
            _ => Outcome::Held(0),
        })?;
        Ok(edits.len())
    });
    match edited {
        Ok(edits) => Outcome::Held(edits),
        Err(Outcome::Held(_) | Outcome::LeftOut(_)) => {
            stack.file("stack.yaml", &before);
            raise(&stack).map_or_else(|outcome| outcome, |()| Outcome::Held(0))
        }
        Err(broken) => broken,
    }
}

fn pretty(model: &Value) -> String {
    serde_json::to_string_pretty(model).expect("JSON")
}

#[test]
fn after_up_nothing_is_left_to_do_and_every_edit_is_named() {
    let seed = std::env::var("WINDLASS_SEED").ok();
    let seed = seed.and_then(|seed| seed.parse().ok()).unwrap_or(5);
    let soak = std::env::var_os("WINDLASS_SOAK").is_some();
    let only = std::env::var("WINDLASS_ONLY").unwrap_or_default();
    let mut cases = case::all();
    cases.retain(|case| case.name.contains(&only));
    if !soak && only.is_empty() {
        let mut random = Random(seed);
        // Ours come first and stay there.
        let ours = cases.iter().filter(|case| case.is_ours).count();
        for place in ours..cases.len() {
            let other = place + random.below(cases.len() - place);
            cases.swap(place, other);
        }
        cases.truncate(ours + SAMPLE);
    }
    let (mut held, mut edited, mut refused, mut broken) = (0, 0, 0, Vec::new());
    for (number, case) in cases.iter().enumerate() {
        match holds(case, number, seed.wrapping_add(number as u64)) {
            Outcome::Held(edits) => {
                held += 1;
                edited += edits;
            }
            Outcome::LeftOut(reason) => eprintln!("{}: left out: {reason}", case.name),
            Outcome::Refused => refused += 1,
            Outcome::Broken(text) => {
                eprintln!("{}: BROKEN: {text}", case.name);
                broken.push(format!("{}: {text}", case.name));
            }
        }
    }
    let loaded = cases.len() - refused;
    eprintln!("{held} of {loaded} stacks hold, {edited} edits were named, seed {seed}");
    assert!(edited > held, "{edited} edits are too few");
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
    assert!(held * 10 >= loaded * 7, "too many are left out: {held}");
}
