//! Format versions: the steps from one to the next, and the copy that precedes them.

use std::io;
use std::path::Path;

use super::Index;
use super::tables::{Tables, counter};
use crate::disk::{Access, Disk, read_exact_at};
use crate::error::IndexFault;

/// The format this program writes. 1: the first.
pub(crate) const FORMAT: u32 = 1;

/// Brings the index to the version `to`, inside one transaction with the new version number.
pub(crate) struct Step {
    pub(crate) to: u32,
    pub(crate) run: fn(&mut Tables<'_>) -> Result<(), IndexFault>,
}

/// All steps, oldest first. A new format adds one, and a fixture of the old format to the tests.
pub(crate) const STEPS: &[Step] = &[];

/// Copies the index file to `blocks.redb.v<from>` before anything is changed.
pub(crate) fn copy_index(disk: &dyn Disk, path: &Path, from: u32) -> io::Result<()> {
    let source = match disk.open(path, Access::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let copy_path = path.with_extension(format!("redb.v{from}"));
    let copy = disk.open(&copy_path, Access::Create)?;
    copy.set_len(0)?;
    let (mut at, end) = (0, source.len()?);
    let mut buffer = vec![0; 1 << 20];
    while at < end {
        let part = buffer.len().min((end - at) as usize);
        let part = &mut buffer[..part];
        read_exact_at(source.as_ref(), at, part)?;
        copy.write_at(at, &[part])?;
        at += part.len() as u64;
    }
    copy.sync()?;
    disk.sync_dir(path.parent().unwrap_or(path))
}

/// Runs the steps that lead on from version `from`, each in its own transaction.
pub(crate) fn run(index: &Index, from: u32, steps: &[Step]) -> Result<(), IndexFault> {
    for step in steps.iter().filter(|step| step.to > from) {
        index.write(|tables| {
            (step.run)(tables)?;
            tables.set_counter(counter::FORMAT, u64::from(step.to));
            Ok::<_, IndexFault>(())
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::StoreConfig;

    #[test]
    fn steps_run_once_in_order_and_the_copy_is_the_old_index() {
        let home = tempfile::tempdir().unwrap();
        let opened = super::super::open(&StoreConfig::new(home.path())).unwrap();
        let steps = [
            Step {
                to: 2,
                run: |tables| tables.bump("test", 20).map(drop),
            },
            Step {
                to: 3,
                run: |tables| tables.bump("test", 3).map(drop),
            },
        ];
        let path = home.path().join("blocks.redb");
        copy_index(&crate::disk::RealDisk, &path, 1).unwrap();
        let before = std::fs::read(&path).unwrap();
        run(&opened.index, 1, &steps).unwrap();
        run(&opened.index, 3, &steps).unwrap();
        let found = opened
            .index
            .read(|s| Ok::<_, IndexFault>((s.counter("test")?, s.counter("format")?)));
        assert_eq!(found.unwrap(), (23, 3), "each step ran once");
        let copy = std::fs::read(home.path().join("blocks.redb.v1")).unwrap();
        assert_eq!(copy, before, "the copy is what was there before");
    }
}
