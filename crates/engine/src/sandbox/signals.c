/* Stops guest code that polls nothing: signals whose handlers jump to the guard of their thread. Knows nothing of QuickJS
   and nothing of Rust.

   A handler jumps only while the engine's own code runs (`in_engine`). That code holds no lock and owns nothing outside
   the arena, which is restored afterwards, so it may be left at any instruction. The stop signal also wants the
   interrupted instruction to lie in this library: elsewhere, in libc, a lock may be held. Whoever sends it sends it again
   half a millisecond later. Handlers read thread-locals and memory of ours, jump or pass the signal on, nothing else. */
#undef _FORTIFY_SOURCE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "guard.h"

#include <stdint.h>
#include <stdlib.h>

#if HAS_SIGNALS

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __linux__
#include <link.h>
#include <sys/resource.h>
#else
#include <mach-o/dyld.h>
#include <mach-o/getsect.h>
#include <dlfcn.h>
#endif

/* Nobody else uses it for threads of this library, and its default is to be ignored. */
#define STOP_SIGNAL SIGURG
#define ALTERNATE_STACK (64 * 1024)
/* A fault that the former handler does not end for good comes again; after as many times it is left to the system. */
#define MOST_REPEATS 3

static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#define FAULT_COUNT (sizeof(FAULTS) / sizeof(FAULTS[0]))

static struct sigaction former_fault[FAULT_COUNT];
static struct sigaction former_stop;
static pthread_mutex_t installing = PTHREAD_MUTEX_INITIALIZER;
static uintptr_t text_start, text_end;

/* The lowest part of this thread's stack, which is inaccessible. */
static THREAD_LOCAL char *zone_start;
static THREAD_LOCAL char *zone_end;
static THREAD_LOCAL char *alternate_stack;
static THREAD_LOCAL int repeats;

static uintptr_t interrupted_at(void *context) {
  ucontext_t *u = context;
#if defined(__linux__) && defined(__x86_64__)
  return (uintptr_t)u->uc_mcontext.gregs[REG_RIP];
#elif defined(__linux__) && defined(__aarch64__)
  return (uintptr_t)u->uc_mcontext.pc;
#elif defined(__APPLE__) && defined(__x86_64__)
  return (uintptr_t)u->uc_mcontext->__ss.__rip;
#elif defined(__APPLE__) && defined(__aarch64__)
  return (uintptr_t)__darwin_arm_thread_state64_get_pc(u->uc_mcontext->__ss);
#else
  (void)u;
  return 0;
#endif
}

static guard *guard_in_engine(void) {
  guard *g = isolated_runtime_current_guard;
  return g != NULL && g->is_entered && *g->in_engine ? g : NULL;
}

static void pass_on(const struct sigaction *former, int number, siginfo_t *info, void *context) {
  if (former->sa_flags & SA_SIGINFO) {
    former->sa_sigaction(number, info, context);
  } else if (former->sa_handler != SIG_DFL && former->sa_handler != SIG_IGN) {
    former->sa_handler(number);
  }
}

static void on_stop(int number, siginfo_t *info, void *context) {
  int saved = errno;
  guard *g = guard_in_engine();
  if (g != NULL && g->is_told != NULL && *g->is_told) {
    uintptr_t at = interrupted_at(context);
    if (at >= text_start && at < text_end) {
      isolated_runtime_guard_jump(g, LEFT_TOLD);
    }
  }
  pass_on(&former_stop, number, info, context);
  errno = saved;
}

static void on_fault(int number, siginfo_t *info, void *context) {
  guard *g = guard_in_engine();
  const char *address = info->si_addr;
  if (g != NULL && info->si_code > 0) {
    int is_memory = number == SIGSEGV || number == SIGBUS;
    if (is_memory && address >= zone_start && address < zone_end) {
      isolated_runtime_guard_jump(g, LEFT_STACK);
    }
    int is_in_range = address >= g->range_start && address < g->range_end;
    if (!is_memory || is_in_range || g->survives_wild_faults) {
      isolated_runtime_guard_jump(g, LEFT_FAULT);
    }
  }
  for (size_t i = 0; i < FAULT_COUNT; i++) {
    if (FAULTS[i] != number) {
      continue;
    }
    int is_handled = (former_fault[i].sa_flags & SA_SIGINFO) ||
                     (former_fault[i].sa_handler != SIG_DFL && former_fault[i].sa_handler != SIG_IGN);
    if (!is_handled || ++repeats > MOST_REPEATS) {
      /* Returning repeats the instruction, and the system does what it does with a fault nobody handles. */
      signal(number, SIG_DFL);
      return;
    }
    pass_on(&former_fault[i], number, info, context);
  }
}

#ifdef __linux__
static int find_text(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  (void)data;
  uintptr_t here = (uintptr_t)&on_stop;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    uintptr_t start = info->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_LOAD && (header->p_flags & PF_X) && here >= start && here < start + header->p_memsz) {
      text_start = start;
      text_end = start + header->p_memsz;
      return 1;
    }
  }
  return 0;
}

static void find_own_text(void) { dl_iterate_phdr(find_text, NULL); }
#else
static void find_own_text(void) {
  Dl_info found;
  unsigned long bytes = 0;
  if (dladdr((const void *)&on_stop, &found)) {
    uint8_t *text = getsegmentdata((const struct mach_header_64 *)found.dli_fbase, "__TEXT", &bytes);
    text_start = (uintptr_t)text;
    text_end = text_start + bytes;
  }
}
#endif

static int install(int number, void (*handler)(int, siginfo_t *, void *), struct sigaction *former) {
  struct sigaction present;
  if (sigaction(number, NULL, &present) != 0) {
    return -1;
  }
  if ((present.sa_flags & SA_SIGINFO) && present.sa_sigaction == handler) {
    return 0;
  }
  struct sigaction ours;
  memset(&ours, 0, sizeof(ours));
  ours.sa_sigaction = handler;
  /* Not deferred: a handler that jumps never returns, and the next signal must come through. */
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART;
  sigemptyset(&ours.sa_mask);
  *former = present;
  return sigaction(number, &ours, NULL);
}

/* Called by each pool thread when it starts: somebody may have replaced a handler since the last time. */
static int install_all(void) {
  int failed = 0;
  pthread_mutex_lock(&installing);
  if (text_end == 0) {
    find_own_text();
  }
  failed |= text_end == 0;
  failed |= install(STOP_SIGNAL, on_stop, &former_stop) != 0;
  for (size_t i = 0; i < FAULT_COUNT; i++) {
    failed |= install(FAULTS[i], on_fault, &former_fault[i]) != 0;
  }
  pthread_mutex_unlock(&installing);
  return failed;
}

static int find_stack(char **low, size_t *bytes) {
#ifdef __linux__
  pthread_attr_t attributes;
  void *start;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
    return -1;
  }
  int status = pthread_attr_getstack(&attributes, &start, bytes);
  pthread_attr_destroy(&attributes);
  *low = start;
  return status;
#else
  *bytes = pthread_get_stacksize_np(pthread_self());
  *low = (char *)pthread_get_stackaddr_np(pthread_self()) - *bytes;
  return 0;
#endif
}

/* Prepares the calling thread: alternate stack, unblocked signals, and a zone of `zone_bytes` at the end of its stack that
   no frame can step over. Answers 0, or not 0 when signals cannot be relied on here. */
int isolated_runtime_thread_begin(size_t zone_bytes) {
  if (install_all() != 0) {
    return -1;
  }
  char *low;
  size_t bytes;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (find_stack(&low, &bytes) != 0 || bytes < 2 * zone_bytes) {
    return -1;
  }
  char *start = (char *)(((uintptr_t)low + page - 1) & ~(uintptr_t)(page - 1));
  alternate_stack = malloc(ALTERNATE_STACK);
  if (alternate_stack == NULL || mprotect(start, zone_bytes, PROT_NONE) != 0) {
    free(alternate_stack);
    alternate_stack = NULL;
    return -1;
  }
  /* The system's own guard pages below the zone count as well. */
  zone_start = start - (1 << 20);
  zone_end = start + zone_bytes;
  stack_t alternate = {.ss_sp = alternate_stack, .ss_size = ALTERNATE_STACK, .ss_flags = 0};
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, STOP_SIGNAL);
  for (size_t i = 0; i < FAULT_COUNT; i++) {
    sigaddset(&ours, FAULTS[i]);
  }
  int failed = sigaltstack(&alternate, NULL) != 0;
  return failed | (pthread_sigmask(SIG_UNBLOCK, &ours, NULL) != 0);
}

/* The system reuses stacks of threads that ended: the zone must be as it was. */
void isolated_runtime_thread_end(void) {
  if (zone_end == NULL) {
    return;
  }
  char *start = zone_start + (1 << 20);
  mprotect(start, (size_t)(zone_end - start), PROT_READ | PROT_WRITE);
  zone_start = zone_end = NULL;
  stack_t none = {.ss_sp = NULL, .ss_size = 0, .ss_flags = SS_DISABLE};
  sigaltstack(&none, NULL);
  free(alternate_stack);
  alternate_stack = NULL;
}

uintptr_t isolated_runtime_thread_self(void) { return (uintptr_t)pthread_self(); }

/* The caller makes sure that the thread has not ended. */
int isolated_runtime_thread_interrupt(uintptr_t thread) { return pthread_kill((pthread_t)thread, STOP_SIGNAL); }

#ifdef __linux__
/* Page faults of the calling thread. */
uint64_t isolated_runtime_thread_faults(void) {
  struct rusage used;
  if (getrusage(RUSAGE_THREAD, &used) != 0) return 0;
  return (uint64_t)used.ru_minflt + (uint64_t)used.ru_majflt;
}
#endif

/* CPU time of the calling thread, in nanoseconds. Every run asks twice, and looking a thread's clock up costs a third of it. */
uint64_t isolated_runtime_thread_own_cpu(void) {
  struct timespec used;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0) {
    return 0;
  }
  return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

/* Bytes between the caller's frame and the zone at the end of the calling thread's stack. */
size_t isolated_runtime_thread_stack_room(void) {
  const char here = 0;
  uintptr_t at = (uintptr_t)&here;
  uintptr_t end = (uintptr_t)zone_end;
  return end == 0 ? SIZE_MAX : at > end ? at - end : 0;
}

/* CPU time of a thread that has not ended, in nanoseconds; 0 where it is not to be had. */
uint64_t isolated_runtime_thread_cpu(uintptr_t thread) {
  struct timespec used;
#ifdef __linux__
  clockid_t clock;
  if (pthread_getcpuclockid((pthread_t)thread, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    return 0;
  }
#else
  if (!pthread_equal((pthread_t)thread, pthread_self()) || clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0) {
    return 0;
  }
#endif
  return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

#else /* Without signals: the interrupt handler and the allocator are where guests stop. */

int isolated_runtime_thread_begin(size_t zone_bytes) {
  (void)zone_bytes;
  return -1;
}
void isolated_runtime_thread_end(void) {}
uintptr_t isolated_runtime_thread_self(void) { return 0; }
int isolated_runtime_thread_interrupt(uintptr_t thread) {
  (void)thread;
  return -1;
}
size_t isolated_runtime_thread_stack_room(void) { return SIZE_MAX; }
uint64_t isolated_runtime_thread_own_cpu(void) { return 0; }
uint64_t isolated_runtime_thread_cpu(uintptr_t thread) {
  (void)thread;
  return 0;
}

#endif

/* The engine's assertions end in these. Within this library they are found before the system's: beneath a guard they end
   the run, elsewhere the process, as they would. */
static void give_up(void) {
  guard *g = isolated_runtime_current_guard;
  if (g != NULL && g->is_entered && *g->in_engine) {
    isolated_runtime_guard_jump(g, LEFT_ASSERTION);
  }
}

#if HAS_SIGNALS
__attribute__((noreturn)) static void end_process(void) {
  signal(SIGABRT, SIG_DFL);
  raise(SIGABRT);
  _exit(127);
}

__attribute__((noreturn, visibility("hidden"))) void abort(void) {
  give_up();
  end_process();
}
#endif

#ifdef __linux__
__attribute__((noreturn, visibility("hidden"))) void __assert_fail(const char *assertion, const char *file,
                                                                   unsigned int line, const char *function) {
  (void)assertion;
  (void)file;
  (void)line;
  (void)function;
  give_up();
  end_process();
}
#elif defined(__APPLE__)
__attribute__((noreturn, visibility("hidden"))) void __assert_rtn(const char *function, const char *file, int line,
                                                                  const char *assertion) {
  (void)assertion;
  (void)file;
  (void)line;
  (void)function;
  give_up();
  end_process();
}
#endif
