//! From a specifier to an approved path, by Node's rules over the allowed folders.

use super::ModuleError;
use super::files::{self, Contents, Files, OpenedFile};
use super::format::{PackageType, PackageTypes, path_of_url};
use super::gate::{ApprovedPath, Origin, approve, is_package};
use super::names::{below_root, installed_name, is_path, is_spelled_plainly, names_folder, normalize};
use super::policy::{Policy, PolicyOptions, climbs};
use super::reasons::not_listed;
use super::recording::{Asked, Recording};
use super::rules::options_of;
use crate::text::SharedText;
use once_cell::unsync::OnceCell;
use oxc_resolver::{ResolveError, ResolverGeneric};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the ordinary rules say about a specifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// This file.
    Found(ApprovedPath),
    /// Nothing, but the user's resolver may be asked.
    AskHook {
        /// The folder of the requiring file.
        from_dir: String,
    },
}

/// What asks for a module; packages may offer different files to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// `require`.
    Require,
    /// `import`.
    Import,
}

/// Resolves and reads for one run. Nothing is cached beyond it: a deployed file is seen by the next run.
pub struct ModuleLoader {
    pub(super) policy: Arc<Policy>,
    pub(super) files: Files,
    own_rules: OnceCell<ResolverGeneric<Files>>,
    package_rules: OnceCell<ResolverGeneric<Files>>,
    import_rules: OnceCell<ResolverGeneric<Files>>,
    types: PackageTypes,
    /// What was opened while it was looked for, until it is read.
    opened: RefCell<Option<OpenedFile>>,
    /// While an application is prepared: what it is loaded from.
    pub(super) recording: Option<Arc<Recording>>,
}

impl ModuleLoader {
    /// # Errors
    /// `NotFound` when `root` does not exist.
    pub fn new(options: PolicyOptions) -> Result<Self, ModuleError> {
        Ok(Self::within(Arc::new(Policy::new(options, false)?), None))
    }

    /// As `new`, for a run that begins with `file`: where that is found without meeting a link, `root` needs no look of its
    /// own, and neither does the file when it is read.
    ///
    /// # Errors
    /// `NotFound` when `root` does not exist.
    pub fn beginning_with(options: PolicyOptions, file: &str) -> Result<Self, ModuleError> {
        let below = below_root(file);
        let is_below = !climbs(below) && !below.contains(['\0', '\\']) && is_spelled_plainly(&options.root);
        let opened = if is_below { OpenedFile::open(&Path::new(&options.root).join(below)) } else { None };
        Ok(Self::within(Arc::new(Policy::new(options, opened.is_some())?), opened))
    }

    /// For another run under the same policy. Where its folders really are is not looked up again.
    pub(crate) fn anew(&self) -> Self {
        Self::within(Arc::clone(&self.policy), None)
    }

    fn within(policy: Arc<Policy>, opened: Option<OpenedFile>) -> Self {
        let files = Files::within(Arc::clone(&policy));
        Self {
            policy,
            files,
            own_rules: OnceCell::new(),
            package_rules: OnceCell::new(),
            import_rules: OnceCell::new(),
            types: PackageTypes::default(),
            opened: RefCell::new(opened),
            recording: None,
        }
    }

    /// From now on everything is found and read as the recording has it, and recorded where it has nothing.
    pub(crate) fn record(&mut self, recording: Arc<Recording>) {
        self.recording = Some(recording);
    }

    fn recorded(
        &self,
        asked: Asked,
        find: impl FnOnce() -> Result<ApprovedPath, ModuleError>,
    ) -> Result<ApprovedPath, ModuleError> {
        let Some(recording) = &self.recording else { return find() };
        match recording.found(&asked) {
            Some(known) => Ok(known),
            None => Ok(recording.keep_found(asked, find()?)),
        }
    }

    /// Closes what was opened and not read.
    pub(crate) fn close_opened(&self) {
        self.opened.take();
    }

    /// The module a run starts with: `file` below `root`.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn entry(&self, file: &str) -> Result<ApprovedPath, ModuleError> {
        self.recorded((self.policy.root().to_path_buf(), file.to_owned(), None), || self.find_entry(file))
    }

    fn find_entry(&self, file: &str) -> Result<ApprovedPath, ModuleError> {
        let refuse = |reason: String| ModuleError::NotFound { specifier: file.to_owned(), reason };
        let below = below_root(file);
        let root = self.policy.root();
        if file.contains('\0') || climbs(below) {
            return Err(refuse(format!("file '{}' leaves root ({})", file.replace('\0', "\\0"), root.display())));
        }
        let named = root.join(below);
        let found = self.quick(&named).or_else(|| self.complete(Origin::Own, &normalize(&named), below.ends_with('/')));
        let Some(real) = found else { return Err(refuse(self.nothing_matches(&named))) };
        if !real.starts_with(root) {
            return Err(refuse(format!("{} lies outside root ({})", real.display(), root.display())));
        }
        self.check_extension(file, &named, &real)?;
        self.admit(real, Origin::Own).ok_or_else(|| refuse(self.nothing_matches(&named)))
    }

    /// The entry file's path, below `root` as the host named it. Says nothing about whether there is such a file.
    #[must_use]
    pub fn entry_name(&self, file: &str) -> String {
        let below = below_root(file);
        normalize(&self.policy.given_root().join(below)).to_string_lossy().into_owned()
    }

    /// # Errors
    /// `NotFound`, with the reason.
    pub fn resolve(&self, specifier: &str, from: &ApprovedPath, syntax: Syntax) -> Result<Resolution, ModuleError> {
        let Some(recording) = &self.recording else { return self.find(specifier, from, syntax) };
        let asked = (from.path().to_path_buf(), specifier.to_owned(), Some(syntax));
        if let Some(known) = recording.found(&asked) {
            return Ok(Resolution::Found(known));
        }
        Ok(match self.find(specifier, from, syntax)? {
            Resolution::Found(file) => Resolution::Found(recording.keep_found(asked, file)),
            ask @ Resolution::AskHook { .. } => ask,
        })
    }

    fn find(&self, specifier: &str, from: &ApprovedPath, syntax: Syntax) -> Result<Resolution, ModuleError> {
        let folder = from.path().parent().unwrap_or(self.policy.root());
        if syntax == Syntax::Import
            && let Some(path) = path_of_url(specifier)
        {
            return self.resolve_path(&path, folder, from).map(Resolution::Found);
        }
        if specifier.contains('\0') || specifier.starts_with("file:") || specifier.starts_with("node:") {
            return Err(self.not_found(specifier, from));
        }
        if is_path(specifier) {
            return self.resolve_path(specifier, folder, from).map(Resolution::Found);
        }
        if specifier.starts_with('#') {
            return self.resolve_import(specifier, folder, from, syntax).map(Resolution::Found);
        }
        if from.origin() == Origin::Own && !self.policy.is_external(specifier) {
            return Err(self.not_found(specifier, from));
        }
        match self.by_package_rules(syntax, folder, specifier) {
            Ok(real) => match self.admit(real, Origin::Package) {
                Some(file) => Ok(Resolution::Found(file)),
                None => Err(self.not_found(specifier, from)),
            },
            Err(_) => Ok(Resolution::AskHook { from_dir: folder.to_string_lossy().into_owned() }),
        }
    }

    /// A resolver hook's answer: an absolute path that may be a folder or lack the extension.
    ///
    /// # Errors
    /// `NotFound` when it leads nowhere, or outside the allowed folders.
    pub fn approve_answer(
        &self,
        specifier: &str,
        answer: &str,
        from: &ApprovedPath,
        syntax: Syntax,
    ) -> Result<ApprovedPath, ModuleError> {
        let asked = (from.path().to_path_buf(), specifier.to_owned(), Some(syntax));
        self.recorded(asked, || self.check_answer(specifier, answer))
    }

    fn check_answer(&self, specifier: &str, answer: &str) -> Result<ApprovedPath, ModuleError> {
        let refuse = |reason: String| ModuleError::NotFound { specifier: specifier.to_owned(), reason };
        let path = Path::new(answer);
        if !path.is_absolute() || answer.contains('\0') {
            return Err(refuse(format!("the resolver hook answered '{answer}', which is not an absolute path")));
        }
        let named = normalize(&self.policy.by_real_name(path));
        let named = Files::canonicalize(&named).unwrap_or(named);
        let found = self.quick(&named).or_else(|| {
            let order = if is_package(&self.policy, &named) { Origin::Package } else { Origin::Own };
            // A package may also lie where none is expected.
            self.complete(order, &named, answer.ends_with('/'))
                .or_else(|| self.complete(Origin::Package, &named, answer.ends_with('/')))
        });
        found
            .and_then(|real| self.admit(real, Origin::Package))
            .ok_or_else(|| refuse(format!("the resolver hook answered {answer}: {}", self.nothing_matches(&named))))
    }

    /// The text of an approved file.
    ///
    /// # Errors
    /// `TooLarge`, `Unreadable`.
    pub(crate) fn read(&self, file: &ApprovedPath) -> Result<SharedText, ModuleError> {
        let limit = self.policy.source_bytes;
        let name = || file.display().to_owned();
        let opened = self.opened.take().filter(|opened| opened.real == file.path());
        let read = || match opened {
            Some(opened) => files::read_opened(opened, limit, text),
            None => files::read_approved(file, limit, text),
        };
        let contents = match &self.recording {
            Some(recording) => recording.text(file, read),
            None => read(),
        };
        match contents {
            Ok(Contents::Text(text)) => Ok(text),
            Ok(Contents::TooLarge(measured)) => Err(ModuleError::TooLarge { file: name(), limit, measured }),
            Err(error) => Err(ModuleError::Unreadable {
                file: name(),
                reason: format!("{} cannot be read: {error}", file.path().display()),
            }),
        }
    }

    /// What the nearest manifest says about the module system of a file.
    #[must_use]
    pub fn package_type(&self, file: &ApprovedPath) -> PackageType {
        let Some(folder) = file.path().parent() else { return PackageType::Unsaid };
        let look = || self.types.of_folder(&self.files, folder);
        match &self.recording {
            Some(recording) => recording.package_type(folder.to_path_buf(), look),
            None => look(),
        }
    }

    /// The folders in which packages are looked up for files in `from`, nearest first.
    #[must_use]
    pub fn node_modules_paths(&self, from: &Path) -> Vec<String> {
        from.ancestors()
            .filter(|folder| folder.file_name().is_none_or(|name| name != "node_modules"))
            .map(|folder| folder.join("node_modules"))
            .filter(|folder| self.policy.folder_of(folder).is_some() || self.files.leads_to_allowed(folder))
            .map(|folder| folder.to_string_lossy().into_owned())
            .collect()
    }

    fn resolve_path(&self, specifier: &str, folder: &Path, from: &ApprovedPath) -> Result<ApprovedPath, ModuleError> {
        let named = normalize(&self.policy.by_real_name(&folder.join(specifier)));
        let quick = if names_folder(specifier) { None } else { self.quick(&named) };
        let order = if is_package(&self.policy, &named) { Origin::Package } else { from.origin() };
        let found = quick.or_else(|| self.complete(order, &named, names_folder(specifier)));
        let approved = found.and_then(|real| self.admit(real, from.origin()));
        let approved = approved.ok_or_else(|| self.not_found(specifier, from))?;
        if approved.origin() == Origin::Own {
            self.check_extension(specifier, &named, approved.path())?;
        }
        Ok(approved)
    }

    /// `#name`, by the `imports` of the nearest manifest. A package it names must be allowed like any other.
    fn resolve_import(
        &self,
        specifier: &str,
        folder: &Path,
        from: &ApprovedPath,
        syntax: Syntax,
    ) -> Result<ApprovedPath, ModuleError> {
        let found = self.by_package_rules(syntax, folder, specifier).ok();
        let approved = found.and_then(|real| self.admit(real, from.origin()));
        let approved = approved.ok_or_else(|| self.not_found(specifier, from))?;
        if from.origin() == Origin::Own
            && approved.origin() == Origin::Package
            && let Some(package) = installed_name(approved.path())
            && !self.policy.is_external(&package)
        {
            return Err(ModuleError::NotFound { specifier: specifier.to_owned(), reason: not_listed(&package) });
        }
        Ok(approved)
    }

    /// Lets a real path through the gate. Native addons are no modules here.
    fn admit(&self, real: PathBuf, origin: Origin) -> Option<ApprovedPath> {
        let is_native = real.extension().is_some_and(|extension| extension == "node");
        if is_native { None } else { approve(&self.policy, real, origin) }
    }

    /// An exact file needs no resolver.
    fn quick(&self, named: &Path) -> Option<PathBuf> {
        if self.opened.borrow().as_ref().is_some_and(|opened| opened.real == named) {
            return Some(named.to_path_buf());
        }
        match self.files.open(named) {
            Some(opened) => {
                self.opened.replace(Some(opened));
                Some(named.to_path_buf())
            }
            None => self.files.real_file(named),
        }
    }

    /// The file that a path lacking its extension, or naming a folder, stands for.
    fn complete(&self, order: Origin, named: &Path, is_folder: bool) -> Option<PathBuf> {
        let (folder, name) = (named.parent()?, named.file_name()?);
        // Relative, since the resolver reads `?` and `#` in folder names as well.
        let slash = if is_folder { "/" } else { "" };
        self.by_rules(order, folder, &format!("./{}{slash}", name.to_string_lossy())).ok()
    }

    /// Node's rules, with extensions in the order of the guest's own files or in that of packages.
    pub(super) fn by_rules(&self, order: Origin, folder: &Path, specifier: &str) -> Result<PathBuf, ResolveError> {
        match order {
            Origin::Own => self.by(&self.own_rules, order, Syntax::Require, folder, specifier),
            Origin::Package => self.by_package_rules(Syntax::Require, folder, specifier),
        }
    }

    /// As `by_rules`, for what asks for a package.
    fn by_package_rules(&self, syntax: Syntax, folder: &Path, specifier: &str) -> Result<PathBuf, ResolveError> {
        let rules = match syntax {
            Syntax::Require => &self.package_rules,
            Syntax::Import => &self.import_rules,
        };
        self.by(rules, Origin::Package, syntax, folder, specifier)
    }

    fn by(
        &self,
        rules: &OnceCell<ResolverGeneric<Files>>,
        order: Origin,
        syntax: Syntax,
        folder: &Path,
        specifier: &str,
    ) -> Result<PathBuf, ResolveError> {
        let rules = rules.get_or_init(|| {
            ResolverGeneric::new_with_file_system(self.files.clone(), options_of(order, syntax, &self.policy))
        });
        let found = rules.resolve(folder, specifier)?;
        if found.query().is_some() || found.fragment().is_some() {
            // To Node these are letters like others, and no file has such a name.
            return Err(ResolveError::NotFound(specifier.to_owned()));
        }
        // Once more, whatever the resolver did with links.
        self.files.real(found.path()).map_err(|_| ResolveError::NotFound(specifier.to_owned()))
    }

    /// The guest's own files load by their extension, unless a manifest names them.
    fn check_extension(&self, specifier: &str, named: &Path, real: &Path) -> Result<(), ModuleError> {
        let is_named_outright = || self.files.real_file(named).is_some();
        if self.policy.is_source(real) || !is_named_outright() {
            return Ok(());
        }
        Err(ModuleError::NotFound {
            specifier: specifier.to_owned(),
            reason: format!(
                "{} does not end in one of sourceExtensions ({}); add its extension to allow it",
                real.display(),
                self.policy.extensions.join(", ")
            ),
        })
    }
}

/// As Node reads sources: without a byte order mark, broken UTF-8 replaced.
fn text(bytes: Vec<u8>) -> String {
    let text =
        String::from_utf8(bytes).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned());
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}
