//! What the host side knows about the ES modules of a run: which there are, which imports which, and what is under way.

use super::super::builtins::BuiltinIndex;
use super::super::js::{Module, Terminated, TextView, Value};
use super::super::state::Reading;
use crate::modules::ApprovedPath;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A record's place in the graph.
pub(super) type Index = u32;

/// What a record stands for.
#[derive(Clone)]
pub(super) enum Content {
    File(ApprovedPath),
    Builtin(BuiltinIndex),
    /// Whatever could not be loaded.
    Broken,
}

/// One module under the name by which the engine and stack traces know it.
#[derive(Clone)]
pub(super) struct Record {
    name: Arc<Terminated>,
    pub(super) content: Content,
    /// Its place among the modules of the run, once it is being loaded.
    pub(super) place: Option<u32>,
    pub(super) module: Option<Module>,
    /// What it imports, in order.
    imports: Vec<Index>,
    /// Why it cannot be used.
    pub(super) failed: Option<Value>,
    /// Whether its exports are those of something else; it imports nothing.
    pub(super) is_synthetic: bool,
    /// Whether it says more about what it imports than where that is. Bytecode loses that.
    pub(super) has_attributes: bool,
    is_evaluated: bool,
}

/// A load under way: a module and all it imports.
#[derive(Default)]
struct Load {
    /// The modules that are being compiled, each imported by the one before; with what the engine reads of them.
    stack: Vec<(Index, Reading)>,
    failed: Option<Value>,
}

/// What is known of modules, whatever is under way.
#[derive(Clone, Default)]
struct Known {
    records: Vec<Record>,
    by_name: HashMap<String, Index>,
    by_path: HashMap<PathBuf, Index>,
    broken: Option<Index>,
    entry: Option<Index>,
}

#[derive(Default)]
pub(in crate::sandbox) struct Graph {
    /// Shared with the image of a prepared application, until the run loads more.
    known: Arc<Known>,
    /// A module is being read from bytecode: what it imports is asked for once more when it is there.
    pub(super) is_reading_code: bool,
    /// Innermost last: a module that is being loaded may be CommonJS, which runs, and requires others.
    loads: Vec<Load>,
    /// What is being evaluated, innermost last, and what the job that runs was asked to import.
    evaluating: Vec<Index>,
    imported_by_job: Option<Index>,
    /// Synthetic modules that are getting their exports, which may run getters of the guest's.
    filling: Vec<Index>,
}

impl Graph {
    pub(in crate::sandbox) fn name(&self, index: Index) -> TextView {
        self.known.records[index as usize].name.view(0)
    }

    pub(super) fn record(&self, index: Index) -> &Record {
        &self.known.records[index as usize]
    }

    pub(super) fn change(&mut self, index: Index) -> &mut Record {
        &mut Arc::make_mut(&mut self.known).records[index as usize]
    }

    /// What an image keeps of the graph: nothing is under way then.
    pub(in crate::sandbox) fn keep(&self) -> Self {
        Self { known: Arc::clone(&self.known), ..Self::default() }
    }

    /// Whether the run's own file is an ES module.
    pub(in crate::sandbox) fn has_entry(&self) -> bool {
        self.known.entry.is_some()
    }

    pub(super) fn entry(&self) -> Option<Index> {
        self.known.entry
    }

    pub(super) fn begin_entry(&mut self, index: Index) {
        Arc::make_mut(&mut self.known).entry = Some(index);
    }

    pub(super) fn named(&self, name: &[u8]) -> Option<Index> {
        self.known.by_name.get(std::str::from_utf8(name).ok()?).copied()
    }

    pub(super) fn of_path(&self, path: &Path) -> Option<Index> {
        self.known.by_path.get(path).copied()
    }

    /// The record of a file, made if there is none yet.
    pub(super) fn file(&mut self, file: &ApprovedPath) -> Index {
        if let Some(known) = self.of_path(file.path()) {
            return known;
        }
        // Two files may be shown under one name: one below root, one elsewhere.
        let mut name = file.display().replace('\0', "");
        while self.known.by_name.contains_key(&name) {
            name.push('?');
        }
        let index = self.add(name, Content::File(file.clone()));
        Arc::make_mut(&mut self.known).by_path.insert(file.path().to_path_buf(), index);
        index
    }

    pub(super) fn builtin(&mut self, name: &str, builtin: BuiltinIndex) -> Index {
        let name = format!("node:{name}");
        match self.known.by_name.get(&name) {
            Some(known) => *known,
            None => self.add(name, Content::Builtin(builtin)),
        }
    }

    /// What stands in for modules that cannot be loaded.
    pub(super) fn broken(&mut self) -> Index {
        if let Some(known) = self.known.broken {
            return known;
        }
        let index = self.add("node:internal/broken".to_owned(), Content::Broken);
        Arc::make_mut(&mut self.known).broken = Some(index);
        index
    }

    fn add(&mut self, name: String, content: Content) -> Index {
        let known = Arc::make_mut(&mut self.known);
        let index = known.records.len() as Index;
        known.by_name.insert(name.clone(), index);
        known.records.push(Record {
            name: Arc::new(Terminated::new(name)),
            content,
            place: None,
            module: None,
            imports: Vec::new(),
            failed: None,
            is_synthetic: false,
            has_attributes: false,
            is_evaluated: false,
        });
        index
    }

    /// Whether the engine knows the module in a file by this name.
    pub(in crate::sandbox) fn is_named(&mut self, file: &ApprovedPath, name: &str) -> bool {
        let index = self.file(file);
        self.record(index).name.bytes() == name.as_bytes()
    }

    pub(super) fn is_loading(&self) -> bool {
        !self.loads.is_empty()
    }

    pub(super) fn begin_load(&mut self) {
        self.loads.push(Load::default());
    }

    /// Ends the innermost load; with the error it failed with, which from now on every module has that needs what failed.
    pub(super) fn end_load(&mut self) -> Option<Value> {
        let error = self.loads.pop()?.failed?;
        let broken = self.broken();
        for index in self.importers_of(broken) {
            if index != broken {
                self.change(index).failed.get_or_insert(error);
            }
        }
        Some(error)
    }

    /// The error of the innermost load.
    pub(super) fn failure(&self) -> Option<Value> {
        self.loads.last()?.failed
    }

    /// The innermost load has failed; the first error is the one that counts.
    pub(super) fn fail(&mut self, importer: Option<Index>, error: Value) {
        let broken = self.broken();
        if let Some(importer) = importer {
            self.connect(importer, broken);
        }
        if let Some(load) = self.loads.last_mut() {
            load.failed.get_or_insert(error);
        }
    }

    pub(super) fn connect(&mut self, importer: Index, target: Index) {
        self.change(importer).imports.push(target);
    }

    pub(super) fn begin_module(&mut self, index: Index) {
        if let Some(load) = self.loads.last_mut() {
            load.stack.push((index, Reading::default()));
        }
    }

    /// Keeps the module that is being compiled where the engine can read it.
    pub(super) fn hold(&mut self, reading: Reading) {
        if let Some((_, held)) = self.loads.last_mut().and_then(|load| load.stack.last_mut()) {
            *held = reading;
        }
    }

    pub(super) fn held(&self) -> Option<&Reading> {
        self.loads.last()?.stack.last().map(|(_, held)| held)
    }

    pub(super) fn take_held(&mut self) -> Reading {
        let held = self.loads.last_mut().and_then(|load| load.stack.last_mut());
        held.map(|(_, held)| std::mem::take(held)).unwrap_or_default()
    }

    pub(super) fn end_module(&mut self) {
        if let Some(load) = self.loads.last_mut() {
            load.stack.pop();
        }
    }

    pub(super) fn begin_evaluation(&mut self, index: Index) {
        self.evaluating.push(index);
    }

    pub(super) fn end_evaluation(&mut self) {
        self.evaluating.pop();
    }

    /// The engine is going to evaluate it for the job that runs now.
    pub(super) fn import_by_job(&mut self, index: Index) {
        self.imported_by_job = Some(index);
    }

    /// Whatever a job has evaluated, it does so no longer.
    pub(in crate::sandbox) fn end_job(&mut self) {
        self.imported_by_job = None;
    }

    /// Its evaluation is over, and that of all it imports.
    pub(super) fn is_evaluated(&mut self, index: Index) {
        for reached in self.reached_from(&[index]) {
            if !self.record(reached).is_evaluated {
                self.change(reached).is_evaluated = true;
            }
        }
    }

    pub(super) fn begin_filling(&mut self, module: Module) {
        let index = self.known.records.iter().position(|record| record.module == Some(module));
        self.filling.push(index.map_or(Index::MAX, |index| index as Index));
    }

    pub(super) fn end_filling(&mut self) {
        self.filling.pop();
    }

    /// Whether evaluating it now could come upon a module that is being loaded or evaluated already, which the engine
    /// does not bear. Which modules of an evaluation under way are done it does not say, so all of them count.
    pub(super) fn is_in_cycle(&self, index: Index) -> bool {
        let mut roots = self.evaluating.clone();
        roots.extend(self.imported_by_job);
        let mut is_busy = vec![false; self.known.records.len()];
        for reached in self.reached_from(&roots) {
            let record = &self.known.records[reached as usize];
            is_busy[reached as usize] = !record.is_evaluated && !record.is_synthetic;
        }
        let loading = self.loads.iter().flat_map(|load| &load.stack).map(|(loading, _)| *loading);
        for busy in loading.chain(self.filling.iter().copied()) {
            if let Some(is_busy) = is_busy.get_mut(busy as usize) {
                *is_busy = true;
            }
        }
        self.reached_from(&[index]).into_iter().any(|reached| is_busy[reached as usize])
    }

    fn reached_from(&self, starts: &[Index]) -> Vec<Index> {
        walk(self.known.records.len(), starts, |at| self.known.records[at as usize].imports.as_slice())
    }

    fn importers_of(&self, target: Index) -> Vec<Index> {
        let mut importers: Vec<Vec<Index>> = vec![Vec::new(); self.known.records.len()];
        for (index, record) in self.known.records.iter().enumerate() {
            for imported in &record.imports {
                importers[*imported as usize].push(index as Index);
            }
        }
        walk(self.known.records.len(), &[target], |at| importers[at as usize].as_slice())
    }
}

/// Everything that can be reached, the starts included, each once.
fn walk<'a>(count: usize, starts: &[Index], next: impl Fn(Index) -> &'a [Index]) -> Vec<Index> {
    let mut seen = vec![false; count];
    let mut reached = Vec::new();
    let mut open = starts.to_vec();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at as usize], true) {
            continue;
        }
        reached.push(at);
        open.extend(next(at));
    }
    reached
}
