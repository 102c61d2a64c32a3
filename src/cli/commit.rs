//! `windlass commit`.

use clap::Args;

use super::Ended;
use super::replica;
use super::scope::Scope;
use crate::engine::{Engine, NewImage};

/// Make an image of a container as it is now
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct CommitArgs {
    /// The service
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The image's name (default: none)
    #[arg(value_name = "REPOSITORY[:TAG]")]
    image: Option<String>,
    /// Who made it, such as "Ada <ada@example.org>"
    #[arg(short, long, value_name = "NAME")]
    author: Option<String>,
    /// Change the image's settings by an instruction of a Dockerfile, such as "ENV A=b"; repeatable
    #[arg(short, long, value_name = "INSTRUCTION")]
    change: Vec<String>,
    /// The replica of this number (default: the first that runs)
    #[arg(long, value_name = "N")]
    index: Option<u32>,
    /// What was done
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Let the container stand still meanwhile (default: true)
    #[arg(
        short,
        long,
        value_name = "YES",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        hide_default_value = true,
        default_missing_value = "true",
        action = clap::ArgAction::Set
    )]
    pause: bool,
}

pub(super) async fn run(args: &CommitArgs, scope: &Scope) -> Ended {
    let (project, _) = scope.project_or_name()?;
    let engine = scope.connect().await?;
    let containers = engine.containers(&project.name).await?;
    let container = replica::running(&containers, &args.service, args.index)?;
    let name = &container.name;
    if scope.global.dry_run {
        scope.say(&format!(" Container {name} would be committed"));
        return Ok(0);
    }
    scope.say(&format!(" Container {name} Committing"));
    let image = engine.commit(&container.id, &args.new_image()).await?;
    scope.say(&format!(" Container {name} Committed as {image}"));
    Ok(0)
}

impl CommitArgs {
    fn new_image(&self) -> NewImage {
        let (repository, tag) = match self.image.as_deref() {
            None => (None, None),
            Some(image) => match image.rsplit_once(':') {
                // The colon of a registry's port is no tag's.
                Some((repository, tag)) if !tag.contains('/') => (Some(repository), Some(tag)),
                _ => (Some(image), None),
            },
        };
        NewImage {
            repository: repository.map(str::to_owned),
            tag: tag.map(str::to_owned),
            author: self.author.clone(),
            message: self.message.clone(),
            changes: self.change.clone(),
            pause: self.pause,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: CommitArgs,
    }

    #[test]
    fn the_words_become_an_image() {
        let image = |words: &[&str]| {
            let line = Line::try_parse_from([&["commit", "web"], words].concat());
            line.unwrap().args.new_image()
        };
        let named = |repository: Option<&str>, tag: Option<&str>| NewImage {
            repository: repository.map(str::to_owned),
            tag: tag.map(str::to_owned),
            pause: true,
            ..NewImage::default()
        };
        assert_eq!(image(&[]), named(None, None));
        assert_eq!(image(&["a/b:1"]), named(Some("a/b"), Some("1")));
        assert_eq!(
            image(&["reg.io:5000/b"]),
            named(Some("reg.io:5000/b"), None)
        );
        let all = image(&[
            "-a", "Ada", "-m", "why", "-c", "ENV A=b", "-c", "USER x", "-p=false", "b",
        ]);
        let expected = NewImage {
            author: Some("Ada".into()),
            message: Some("why".into()),
            changes: vec!["ENV A=b".into(), "USER x".into()],
            pause: false,
            ..named(Some("b"), None)
        };
        assert_eq!(all, expected);
    }
}
