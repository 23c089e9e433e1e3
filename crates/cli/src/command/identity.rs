//! Giving the home another key. Nothing secret is ever an argument, printed, or kept.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::mem::take;

use api::dto::{KeyForm, NodeIdentity, ReplaceIdentityRequest, ReplacedIdentity};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::{failure::Failure, output::Output, session::Session};

/// Bytes of a line that are read: a sealed key fits many times.
const MAX_LINE: u64 = 16 << 10;
/// What is typed to say that it is meant.
const CONFIRMATION: &str = "replace";

const WARNING: &str = "\
This gives the home another key, and with it another peer id.
- A BTFS key is the key of its wallet, too: whoever can read the files of this home can spend what is
  in that wallet.
- Links that were made here before lead nowhere any more; make them again. A name that was published
  is renewed no longer.
- Stop the BTFS node that has the key: two nodes with one identity disturb each other.
- The key that is here now is kept in the home, sealed with a password. Without it, it is lost.
";

pub(super) fn import(session: &Session, yes: bool, output: &mut Output) -> Result<(), Failure> {
    let now: NodeIdentity = session.wire.get("/node/id")?;
    let asks = io::stdin().is_terminal();
    if !asks && !yes {
        let why = "import-identity replaces the key of this home: say that it is meant with --yes";
        return Err(Failure::Usage(why.to_owned()));
    }
    let request = match asks {
        true => asked(&now, yes)?,
        false => ReplaceIdentityRequest {
            secret: take(&mut *line("a key, as the first line of standard input")?),
            password: take(&mut *line(
                "a password, as the second line of standard input",
            )?),
            replaces: now.peer_id,
        },
    };
    let replaced: ReplacedIdentity = session.wire.post("/node/id", &request)?;
    if output.is_json() {
        return output.value(&replaced);
    }
    let form = match replaced.form {
        KeyForm::Words => "words",
        KeyForm::Hex => "hexadecimal digits",
        KeyForm::Base64 => "the key of a BTFS config",
        KeyForm::Sealed => "a sealed key",
    };
    output.line(&format!("Peer id     {}", replaced.identity.peer_id))?;
    output.line(&format!("Given as    {form}"))?;
    output.line(&format!("Before      {}", replaced.before))?;
    output.line(&format!("Its key is  {} in the home", replaced.kept))
}

/// Asks a person.
fn asked(now: &NodeIdentity, yes: bool) -> Result<ReplaceIdentityRequest, Failure> {
    say(&format!("This home is {}.\n\n{WARNING}\n", now.peer_id))?;
    let mut secret = hidden("Words or key (not shown): ")?;
    let mut password = hidden("Password for the key that is replaced (not shown): ")?;
    let again = hidden("The same password again: ")?;
    if *password != *again {
        return Err(Failure::Usage("the passwords differ".to_owned()));
    }
    if !yes {
        say(&format!("Type {CONFIRMATION} to go on: "))?;
        if line("a confirmation")?.trim() != CONFIRMATION {
            return Err(Failure::Usage("nothing was replaced".to_owned()));
        }
    }
    Ok(ReplaceIdentityRequest {
        secret: take(&mut *secret),
        password: take(&mut *password),
        replaces: now.peer_id.clone(),
    })
}

/// To the person, past whoever reads the output.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stderr().lock();
    let said = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    said.map_err(Failure::output)
}

/// A line that the terminal does not show.
fn hidden(question: &str) -> Result<Zeroizing<String>, Failure> {
    say(question)?;
    let quiet = Quiet::new().map_err(failed)?;
    let answer = line("an answer");
    drop(quiet);
    say("\n")?;
    answer
}

/// The terminal shows nothing of what is typed until this is dropped.
struct Quiet {
    before: Termios,
}

impl Quiet {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &now)?;
        Ok(Quiet { before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // If it is gone, there is nothing to be shown on.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.before);
    }
}

fn failed(source: io::Error) -> Failure {
    Failure::file("read", "standard input".as_ref(), source)
}

/// The next line of standard input, without its end.
pub(super) fn line(what: &str) -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::new());
    let mut input = io::stdin().lock().take(MAX_LINE);
    input.read_line(&mut line).map_err(failed)?;
    let len = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(len);
    match line.is_empty() {
        true => Err(Failure::Usage(format!(
            "there is nothing on standard input: this wants {what}"
        ))),
        false => Ok(line),
    }
}
