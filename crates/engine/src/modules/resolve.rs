//! From a specifier to an approved path, by Node's rules over the allowed folders.

use super::ModuleError;
use super::files::{self, Files};
use super::gate::{ApprovedPath, Origin, approve};
use super::policy::{Policy, PolicyOptions, climbs, leaves_package, package_name};
use once_cell::unsync::OnceCell;
use oxc_resolver::{ResolveOptions, ResolverGeneric};
use std::path::{Component, Path, PathBuf};
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

/// Resolves and reads for one run. Nothing is cached beyond it: a deployed file is seen by the next run.
pub struct ModuleLoader {
    policy: Arc<Policy>,
    files: Files,
    resolver: OnceCell<ResolverGeneric<Files>>,
}

impl ModuleLoader {
    /// # Errors
    /// `NotFound` when `root` does not exist.
    pub fn new(options: PolicyOptions) -> Result<Self, ModuleError> {
        let policy = Arc::new(Policy::new(options)?);
        let files = Files::within(Arc::clone(&policy));
        Ok(Self { policy, files, resolver: OnceCell::new() })
    }

    /// The module a run starts with: `file` below `root`.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn entry(&self, file: &str) -> Result<ApprovedPath, ModuleError> {
        let refuse = |reason: String| ModuleError::NotFound { specifier: file.to_owned(), reason };
        let below = file.trim_start_matches(['/', '\\']);
        let root = self.policy.root();
        if file.contains('\0') || climbs(below) {
            return Err(refuse(format!("file '{}' leaves root ({})", file.replace('\0', "\\0"), root.display())));
        }
        let found = self.quick(&root.join(below)).or_else(|| self.by_rules(root, &format!("./{below}")).ok());
        let Some(real) = found else { return Err(refuse(self.nothing_matches(&root.join(below)))) };
        if !real.starts_with(root) {
            return Err(refuse(format!("{} lies outside root ({})", real.display(), root.display())));
        }
        self.check_extension(file, &root.join(below), &real)?;
        approve(&self.policy, real, Origin::Own).ok_or_else(|| refuse("the file lies outside root".to_owned()))
    }

    /// # Errors
    /// `NotFound`, with the reason.
    pub fn resolve(&self, specifier: &str, from: &ApprovedPath) -> Result<Resolution, ModuleError> {
        if specifier.contains('\0') || specifier.starts_with("file:") || specifier.starts_with("node:") {
            return Err(self.not_found(specifier, from));
        }
        let folder = from.path().parent().unwrap_or(self.policy.root());
        if is_path(specifier) {
            return self.resolve_path(specifier, folder, from).map(Resolution::Found);
        }
        if specifier.starts_with('#') {
            return self.resolve_import(specifier, folder, from).map(Resolution::Found);
        }
        if from.origin() == Origin::Own && !self.policy.is_external(specifier) {
            return Err(self.not_found(specifier, from));
        }
        match self.by_rules(folder, specifier) {
            Ok(real) => match approve(&self.policy, real, Origin::Package) {
                Some(file) if is_native_addon(file.path()) => Err(self.not_found(specifier, from)),
                Some(file) => Ok(Resolution::Found(file)),
                None => Ok(ask_hook(folder)),
            },
            Err(_) => Ok(ask_hook(folder)),
        }
    }

    /// Why a specifier leads nowhere, and what would allow it.
    #[must_use]
    pub fn not_found(&self, specifier: &str, from: &ApprovedPath) -> ModuleError {
        let reason = if specifier.contains('\0') || specifier.starts_with("file:") {
            "only paths and package names can be required".to_owned()
        } else if specifier.starts_with("node:") {
            format!("the built-in module {specifier} is not offered to guests")
        } else if is_path(specifier) {
            let folder = from.path().parent().unwrap_or(self.policy.root());
            self.nothing_matches(&normalize(&self.policy.by_real_name(&folder.join(specifier))))
        } else if from.origin() == Origin::Own && leaves_package(specifier) {
            format!("'{specifier}' leads out of the package it names")
        } else if from.origin() == Origin::Own && !self.policy.is_external(specifier) {
            let package = package_name(specifier);
            format!("'{package}' is not listed in external; add it to external to allow it")
        } else {
            let package = package_name(specifier);
            format!(
                "no node_modules folder above {} within {} has '{package}', and no resolver found it; add the folder \
                 that has it to whitelistedPaths to allow it",
                from.path().display(),
                self.policy.folder_names()
            )
        };
        ModuleError::NotFound { specifier: specifier.to_owned(), reason }
    }

    /// A resolver hook's answer: an absolute path that may be a folder or lack the extension.
    ///
    /// # Errors
    /// `NotFound` when it leads nowhere, or outside the allowed folders.
    pub fn approve_answer(
        &self,
        specifier: &str,
        answer: &str,
        _from: &ApprovedPath,
    ) -> Result<ApprovedPath, ModuleError> {
        let refuse = |reason: String| ModuleError::NotFound { specifier: specifier.to_owned(), reason };
        let path = Path::new(answer);
        if !path.is_absolute() || answer.contains('\0') {
            return Err(refuse(format!("the resolver hook answered '{answer}', which is not an absolute path")));
        }
        let named = normalize(&self.policy.by_real_name(path));
        let named = Files::canonicalize(&named).unwrap_or(named);
        let found = self.quick(&named).or_else(|| self.by_rules(self.policy.root(), &named.to_string_lossy()).ok());
        let approved = found.and_then(|real| approve(&self.policy, real, Origin::Package));
        match approved {
            Some(file) if !is_native_addon(file.path()) => Ok(file),
            _ => Err(refuse(format!("the resolver hook answered {answer}: {}", self.nothing_matches(&named)))),
        }
    }

    /// The text of an approved file.
    ///
    /// # Errors
    /// `TooLarge`, `Unreadable`.
    pub fn read(&self, file: &ApprovedPath) -> Result<String, ModuleError> {
        let limit = self.policy.source_bytes;
        let name = || file.display().to_owned();
        match files::read_approved(file, limit) {
            Ok((Some(bytes), _)) => Ok(text(bytes)),
            Ok((None, measured)) => Err(ModuleError::TooLarge { file: name(), limit, measured }),
            Err(error) => Err(ModuleError::Unreadable {
                file: name(),
                reason: format!("{} cannot be read: {error}", file.path().display()),
            }),
        }
    }

    /// The folders in which packages are looked up for files in `from`, nearest first.
    #[must_use]
    pub fn node_modules_paths(&self, from: &Path) -> Vec<String> {
        from.ancestors()
            .take_while(|folder| self.policy.folder_of(folder).is_some())
            .filter(|folder| folder.file_name().is_none_or(|name| name != "node_modules"))
            .map(|folder| folder.join("node_modules").to_string_lossy().into_owned())
            .collect()
    }

    fn resolve_path(&self, specifier: &str, folder: &Path, from: &ApprovedPath) -> Result<ApprovedPath, ModuleError> {
        let named = normalize(&self.policy.by_real_name(&folder.join(specifier)));
        // `./x/` names a folder even where a file has that name.
        let is_folder =
            specifier.ends_with('/') || specifier.ends_with("/.") || specifier.ends_with("..") || specifier == ".";
        let quick = if is_folder { None } else { self.quick(&named) };
        let rules = || self.by_rules(folder, &as_specifier(&named, specifier)).ok();
        let Some(real) = quick.or_else(rules) else { return Err(self.not_found(specifier, from)) };
        let approved = approve(&self.policy, real, from.origin()).ok_or_else(|| self.not_found(specifier, from))?;
        if is_native_addon(approved.path()) {
            return Err(self.not_found(specifier, from));
        }
        if approved.origin() == Origin::Own {
            self.check_extension(specifier, &named, approved.path())?;
        }
        Ok(approved)
    }

    /// `#name`, by the `imports` of the nearest manifest. A package it names must be allowed like any other.
    fn resolve_import(&self, specifier: &str, folder: &Path, from: &ApprovedPath) -> Result<ApprovedPath, ModuleError> {
        let refuse = || self.not_found(specifier, from);
        let real = self.by_rules(folder, specifier).map_err(|_| refuse())?;
        let approved = approve(&self.policy, real, from.origin()).ok_or_else(refuse)?;
        if from.origin() == Origin::Own
            && approved.origin() == Origin::Package
            && !installed_name(approved.path()).is_some_and(|name| self.policy.is_external(&name))
        {
            return Err(refuse());
        }
        Ok(approved)
    }

    /// An exact file needs no resolver.
    fn quick(&self, named: &Path) -> Option<PathBuf> {
        let real = self.files.real(named).ok()?;
        self.files.is_file(&real).then_some(real)
    }

    fn by_rules(&self, folder: &Path, specifier: &str) -> Result<PathBuf, oxc_resolver::ResolveError> {
        let resolver = self
            .resolver
            .get_or_init(|| ResolverGeneric::new_with_file_system(self.files.clone(), resolver_options(&self.policy)));
        let found = resolver.resolve(folder, specifier)?;
        // Once more, whatever the resolver did with links.
        self.files.real(found.path()).map_err(|_| oxc_resolver::ResolveError::NotFound(specifier.to_owned()))
    }

    /// The guest's own files load by their extension, unless a manifest names them.
    fn check_extension(&self, specifier: &str, named: &Path, real: &Path) -> Result<(), ModuleError> {
        let is_named_outright = self.files.is_file(named);
        if !is_named_outright || self.policy.is_source(real) {
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

    fn nothing_matches(&self, named: &Path) -> String {
        let folders = self.policy.folder_names();
        if self.policy.folder_of(named).is_none() {
            return format!(
                "{} lies outside root and whitelistedPaths ({folders}); add its folder to whitelistedPaths to allow it",
                named.display()
            );
        }
        if let Ok(real) = Files::canonicalize(named)
            && self.policy.folder_of(&real).is_none()
        {
            return format!(
                "{} leads to {}, which lies outside root and whitelistedPaths ({folders}); add its folder to \
                 whitelistedPaths to allow it",
                named.display(),
                real.display()
            );
        }
        format!("no file matches {} with extensions {}, .json", named.display(), self.policy.extensions.join(", "))
    }
}

fn resolver_options(policy: &Policy) -> ResolveOptions {
    let mut extensions = policy.extensions.clone();
    if !extensions.iter().any(|extension| extension == ".json") {
        extensions.push(".json".to_owned());
    }
    // Packages are written for these, whatever the guest's own files are called.
    if !extensions.iter().any(|extension| extension == ".js") {
        extensions.push(".js".to_owned());
    }
    ResolveOptions {
        condition_names: vec!["node".to_owned(), "require".to_owned()],
        extensions,
        main_fields: vec!["main".to_owned()],
        main_files: vec!["index".to_owned()],
        modules: vec!["node_modules".to_owned()],
        symlinks: true,
        node_path: false,
        builtin_modules: false,
        tsconfig: None,
        ..ResolveOptions::default()
    }
}

fn ask_hook(folder: &Path) -> Resolution {
    Resolution::AskHook { from_dir: folder.to_string_lossy().into_owned() }
}

fn is_path(specifier: &str) -> bool {
    let is_relative = matches!(specifier, "." | "..") || specifier.starts_with("./") || specifier.starts_with("../");
    is_relative || Path::new(specifier).is_absolute() || specifier.starts_with('/')
}

/// Without `.` and `..`, by words alone.
fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

fn as_specifier(named: &Path, specifier: &str) -> String {
    let slash = if specifier.ends_with('/') { "/" } else { "" };
    format!("{}{slash}", named.to_string_lossy())
}

/// The package below the innermost `node_modules` folder of a path.
fn installed_name(path: &Path) -> Option<String> {
    let text = path.to_string_lossy().replace('\\', "/");
    let (_, below) = text.rsplit_once("/node_modules/")?;
    Some(package_name(below).to_owned())
}

fn is_native_addon(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "node")
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
