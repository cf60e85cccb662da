//! The engine's only touch of the file system: looking, and reading approved files.

#![expect(clippy::disallowed_methods, reason = "the one file of the engine that may use std::fs")]

use super::gate::{ApprovedPath, Origin, approve};
use super::policy::Policy;
use super::source_cache::{self, Stamp};
use crate::text::{HashedText, SharedText};
use oxc_resolver::{FileMetadata, FileSystem, ResolveError};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file system that holds nothing but the allowed folders: the resolver cannot even probe outside.
#[derive(Debug, Clone, Default)]
pub(super) struct Files {
    policy: Option<Arc<Policy>>,
}

/// A regular file, opened on the way to its real path without meeting a link.
pub(super) struct OpenedFile {
    pub(super) real: PathBuf,
    file: File,
    stamp: Option<Stamp>,
    bytes: u64,
}

impl OpenedFile {
    /// `None` where there is no such file, where a link is on the way, and where the system cannot tell.
    #[cfg(target_os = "linux")]
    pub(super) fn open(path: &Path) -> Option<Self> {
        use rustix::fs::{FileType, fstat};
        if !is_plain(path) {
            return None;
        }
        let opened = open_without_links(path).ok()?;
        let stat = fstat(&opened).ok()?;
        if !FileType::from_raw_mode(stat.st_mode).is_file() {
            return None;
        }
        let bytes = u64::try_from(stat.st_size).ok()?;
        let stamp = Stamp {
            file: (stat.st_dev, stat.st_ino),
            bytes,
            modified: (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).ok()?),
            changed: (stat.st_ctime, i64::try_from(stat.st_ctime_nsec).ok()?),
        };
        Some(Self { real: path.to_path_buf(), file: File::from(opened), stamp: Some(stamp), bytes })
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn open(_path: &Path) -> Option<Self> {
        None
    }
}

impl Files {
    pub(super) fn within(policy: Arc<Policy>) -> Self {
        Self { policy: Some(policy) }
    }

    pub(super) fn canonicalize(path: &Path) -> io::Result<PathBuf> {
        Ok(find(path)?.real)
    }

    /// The real path, if it is allowed; what leaves the allowed folders does not exist.
    pub(super) fn real(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(self.find(path)?.real)
    }

    /// A regular file at a real path, if it is allowed.
    pub(super) fn open(&self, path: &Path) -> Option<OpenedFile> {
        self.policy.as_ref()?.folder_of(path)?;
        OpenedFile::open(path)
    }

    /// The real path of a regular file, if it is allowed.
    pub(super) fn real_file(&self, path: &Path) -> Option<PathBuf> {
        self.find(path).ok().filter(|found| found.is_file).map(|found| found.real)
    }

    fn find(&self, path: &Path) -> io::Result<Found> {
        let policy = self.policy.as_ref().ok_or_else(missing)?;
        policy.folder_of(path).ok_or_else(missing)?;
        let found = find(path)?;
        policy.folder_of(&found.real).ok_or_else(missing)?;
        Ok(found)
    }

    /// Whether a path lies in an allowed folder, or is one.
    pub(super) fn is_within(&self, path: &Path) -> bool {
        self.policy.as_ref().is_some_and(|policy| policy.folder_of(path).is_some())
    }

    /// Whether a path leads to an allowed folder: the resolver climbs over such on its way to a `node_modules` above.
    pub(super) fn leads_to_allowed(&self, path: &Path) -> bool {
        self.policy.as_ref().is_some_and(|policy| {
            policy.folders.iter().any(|folder| folder.real.starts_with(path) && folder.real != path)
        })
    }
}

/// Where a path leads, after all links.
struct Found {
    real: PathBuf,
    is_file: bool,
}

/// Most paths are real already, which the system can say in one go: it walks them without meeting a link.
#[cfg(target_os = "linux")]
fn find(path: &Path) -> io::Result<Found> {
    use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, openat2};
    use rustix::io::Errno;
    if !is_plain(path) {
        return walk(path);
    }
    let how = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match openat2(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), how) {
        Ok(opened) => {
            let is_file = FileType::from_raw_mode(fstat(&opened)?.st_mode).is_file();
            Ok(Found { real: path.to_path_buf(), is_file })
        }
        // No link was met on the way to what is missing.
        Err(Errno::NOENT) => Err(missing()),
        Err(_) => walk(path),
    }
}

#[cfg(not(target_os = "linux"))]
fn find(path: &Path) -> io::Result<Found> {
    walk(path)
}

fn walk(path: &Path) -> io::Result<Found> {
    let real = fs::canonicalize(path)?;
    let is_file = fs::metadata(&real)?.is_file();
    Ok(Found { real, is_file })
}

/// Whether a path is absolute, and spelled as a real path is.
#[cfg(target_os = "linux")]
fn is_plain(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Some(below) = path.as_os_str().as_bytes().strip_prefix(b"/") else { return false };
    below.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
}

fn missing() -> io::Error {
    io::Error::from(io::ErrorKind::NotFound)
}

impl FileSystem for Files {
    fn new() -> Self {
        Self::default()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let policy = self.policy.as_ref().ok_or_else(missing)?;
        let file = approve(policy, self.real(path)?, Origin::Package).ok_or_else(missing)?;
        // Manifests are opened as carefully as modules: what they say decides what is loaded next.
        let (bytes, _) = read_bounded(open_approved(&file)?, policy.source_bytes)?;
        bytes.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.read(path)?).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        if self.leads_to_allowed(path) {
            return Ok(FileMetadata::new(false, true, false));
        }
        fs::metadata(self.real(path)?).map(FileMetadata::from)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        if self.leads_to_allowed(path) {
            return Ok(FileMetadata::new(false, true, false));
        }
        self.real(path)?;
        fs::symlink_metadata(path).map(FileMetadata::from)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        self.real(path)?;
        Ok(fs::read_link(path)?)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.real(path)
    }
}

/// What an approved file holds.
pub(super) enum Contents {
    Text(SharedText),
    /// So many bytes, at least.
    TooLarge(u64),
}

/// The text of an approved file, as `decode` makes it of its bytes. A file that has not changed since it was read the
/// last time is opened, but not read.
pub(super) fn read_approved(
    file: &ApprovedPath,
    limit: u64,
    decode: impl FnOnce(Vec<u8>) -> String,
) -> io::Result<Contents> {
    let file = open_approved(file)?;
    let metadata = regular(&file)?;
    let opened = OpenedFile { real: PathBuf::new(), file, stamp: stamp_of(&metadata), bytes: metadata.len() };
    read_opened(opened, limit, decode)
}

/// As `read_approved`, of a file that was opened while it was looked for.
pub(super) fn read_opened(
    opened: OpenedFile,
    limit: u64,
    decode: impl FnOnce(Vec<u8>) -> String,
) -> io::Result<Contents> {
    let OpenedFile { file: mut opened, stamp, bytes: expected, .. } = opened;
    if expected > limit {
        return Ok(Contents::TooLarge(expected));
    }
    if let Some(known) = stamp.and_then(|stamp| source_cache::get(&stamp)) {
        return Ok(Contents::Text(known));
    }
    let (Some(bytes), _) = read_measured(&mut opened, expected, limit)? else {
        return Ok(Contents::TooLarge(limit + 1));
    };
    let text = HashedText::shared(decode(bytes));
    if let Some(stamp) = stamp
        && stamp_of(&opened.metadata()?) == Some(stamp)
    {
        source_cache::insert(stamp, &text);
    }
    Ok(Contents::Text(text))
}

#[cfg(unix)]
fn stamp_of(metadata: &fs::Metadata) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    Some(Stamp {
        file: (metadata.dev(), metadata.ino()),
        bytes: metadata.len(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    })
}

/// Other systems do not tell enough.
#[cfg(not(unix))]
fn stamp_of(_metadata: &fs::Metadata) -> Option<Stamp> {
    None
}

/// A pipe or a device could be read for ever.
fn regular(file: &File) -> io::Result<fs::Metadata> {
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok(metadata) } else { Err(io::Error::other("not a regular file")) }
}

fn read_bounded(mut file: File, limit: u64) -> io::Result<(Option<Vec<u8>>, u64)> {
    let metadata = regular(&file)?;
    read_measured(&mut file, metadata.len(), limit)
}

/// The bytes, and how many there are; no bytes if there are more than `limit`.
fn read_measured(file: &mut File, expected: u64, limit: u64) -> io::Result<(Option<Vec<u8>>, u64)> {
    if expected > limit {
        return Ok((None, expected));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    // It may have grown since it was measured.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    let measured = bytes.len() as u64;
    if measured > limit { Ok((None, measured)) } else { Ok((Some(bytes), measured)) }
}

/// Opens without waiting for the other end of a pipe.
#[cfg(unix)]
fn open(real: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(File::from(rustix::fs::open(real, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open(real: &Path) -> io::Result<File> {
    File::open(real)
}

/// The file that was checked is the file that is read: no link on the way is followed any more.
#[cfg(target_os = "linux")]
fn open_approved(file: &ApprovedPath) -> io::Result<File> {
    use rustix::io::Errno;
    // A real path has no `..`, so without links it cannot leave the folder it begins with.
    match open_without_links(file.path()) {
        Ok(opened) => Ok(File::from(opened)),
        // Kernels before 5.6, and filters that do not know the call.
        Err(Errno::NOSYS | Errno::PERM) => open_and_compare(file),
        Err(error) => Err(error.into()),
    }
}

#[cfg(target_os = "linux")]
fn open_without_links(path: &Path) -> rustix::io::Result<rustix::fd::OwnedFd> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS)
}

#[cfg(not(target_os = "linux"))]
fn open_approved(file: &ApprovedPath) -> io::Result<File> {
    open_and_compare(file)
}

/// Opens, and then makes sure that the approved path still leads to what was opened.
fn open_and_compare(file: &ApprovedPath) -> io::Result<File> {
    let opened = open(file.path())?;
    let real = fs::canonicalize(file.path())?;
    if real != file.path() || !is_same_file(&opened.metadata()?, &fs::symlink_metadata(&real)?) {
        return Err(io::Error::other("the file was replaced while it was being opened"));
    }
    Ok(opened)
}

#[cfg(unix)]
fn is_same_file(opened: &fs::Metadata, named: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (opened.dev(), opened.ino()) == (named.dev(), named.ino())
}

#[cfg(not(unix))]
fn is_same_file(opened: &fs::Metadata, named: &fs::Metadata) -> bool {
    opened.len() == named.len() && opened.modified().ok() == named.modified().ok() && !named.is_symlink()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grew_past_the_limit_is_not_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.js");
        fs::write(&path, "12345678").unwrap();
        assert_eq!(read_bounded(open(&path).unwrap(), 8).unwrap().1, 8);
        assert_eq!(read_bounded(open(&path).unwrap(), 7).unwrap(), (None, 8));
    }

    #[test]
    fn a_file_system_without_a_policy_holds_nothing() {
        assert_eq!(Files::new().real_file(Path::new("/etc/hostname")), None);
    }

    #[test]
    #[cfg(unix)]
    fn paths_are_real_after_all_links_however_they_are_spelled() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("real")).unwrap();
        fs::write(root.join("real/a.js"), "").unwrap();
        std::os::unix::fs::symlink("real", root.join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join("dangling")).unwrap();
        for (spelled, real) in [
            ("real/a.js", "real/a.js"),
            ("link/a.js", "real/a.js"),
            ("link/../real//a.js", "real/a.js"),
            ("real/./a.js", "real/a.js"),
            ("link", "real"),
        ] {
            assert_eq!(Files::canonicalize(&root.join(spelled)).unwrap(), root.join(real), "{spelled}");
        }
        for missing in ["real/b.js", "link/b.js", "dangling", "real/a.js/b"] {
            assert!(Files::canonicalize(&root.join(missing)).is_err(), "{missing}");
        }
        assert!(find(&root.join("link/a.js")).unwrap().is_file);
        assert!(!find(&root.join("real")).unwrap().is_file);
    }
}
