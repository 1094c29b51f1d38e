/*
 * Preloaded into a server: writes down, in the order in which they happen, all calls that change files under one folder
 * and all syncs of them. The folder stands in ASHLAR_RECORD_FOLDER, the record goes to the file that ASHLAR_RECORD names.
 *
 * A sync is written down twice, when it begins and when it has ended: only what was complete before it began is
 * covered by it. A write is written down once it is complete. How an entry looks is said in calls.ts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATE = 1, WRITE, TRUNCATE, SYNC, SYNCED, UNLINK, MKDIR, RENAME, EXTEND, LINK, STRANGE };
enum { DESCRIPTORS = 65536 };

struct entry { uint32_t kind, path_size; uint64_t inode, at, size; };

static char folder[PATH_MAX];
static size_t folder_size;
static int record_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t inodes[DESCRIPTORS];
static dev_t device;
static uint64_t syncs;

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("ASHLAR_RECORD"), *under = getenv("ASHLAR_RECORD_FOLDER");
  if (!file || !under) return;
  snprintf(folder, sizeof folder, "%s", under);
  folder_size = strlen(folder);
  struct stat about;
  if (stat(folder, &about) == 0) device = about.st_dev;
  int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
  record_fd = real(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int inside(const char *path) {
  if (record_fd < 0 || !path || strncmp(path, folder, folder_size) != 0) return 0;
  return path[folder_size] == 0 || path[folder_size] == '/';
}

/* libuv closes without close(), so a number may have become something else since. */
static uint64_t inode_of(int fd) {
  if (fd < 0 || fd >= DESCRIPTORS || inodes[fd] == 0) return 0;
  struct stat about;
  int error = errno;
  if (fstat(fd, &about) != 0 || about.st_ino != inodes[fd] || about.st_dev != device) inodes[fd] = 0;
  errno = error;
  return inodes[fd];
}

/* Under the lock. */
static void put(struct entry head, const char *path, const struct iovec *data, int count) {
  struct iovec all[2 + 64];
  head.path_size = path ? (uint32_t)strlen(path) : 0;
  all[0] = (struct iovec){ &head, sizeof head };
  all[1] = (struct iovec){ (void *)path, head.path_size };
  size_t left = head.kind == WRITE ? head.size : 0;
  int n = 2;
  for (int i = 0; i < count && left > 0; i++, n++) {
    size_t size = data[i].iov_len < left ? data[i].iov_len : left;
    all[n] = (struct iovec){ data[i].iov_base, size };
    left -= size;
  }
  static ssize_t (*real)(int, const struct iovec *, int);
  if (!real) real = dlsym(RTLD_NEXT, "writev");
  size_t whole = sizeof head + head.path_size + (head.kind == WRITE ? head.size : 0);
  if (n > 66 || real(record_fd, all, n) != (ssize_t)whole) abort();
}

static void say(uint32_t kind, uint64_t inode, uint64_t at, uint64_t size) {
  pthread_mutex_lock(&lock);
  put((struct entry){ kind, 0, inode, at, size }, NULL, NULL, 0);
  pthread_mutex_unlock(&lock);
}

static void strange(const char *what) {
  if (record_fd < 0) return;
  pthread_mutex_lock(&lock);
  put((struct entry){ STRANGE, 0, 0, 0, 0 }, what, NULL, 0);
  pthread_mutex_unlock(&lock);
}

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  if (!inside(path)) {
    int other = real(path, flags, mode);
    if (other >= 0 && other < DESCRIPTORS) inodes[other] = 0;
    return other;
  }
  pthread_mutex_lock(&lock);
  int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
  int fd = real(path, flags, mode);
  int error = errno;
  struct stat about;
  if (fd >= DESCRIPTORS) abort();
  if (fd >= 0 && fstat(fd, &about) == 0) {
    inodes[fd] = about.st_ino;
    if (is_new) put((struct entry){ CREATE, 0, about.st_ino, 0, 0 }, path, NULL, 0);
    else if (flags & O_TRUNC) put((struct entry){ TRUNCATE, 0, about.st_ino, 0, 0 }, NULL, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    REAL(name); va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    return opened((int (*)(const char *, int, ...))real, path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  REAL(close);
  if (fd >= 0 && fd < DESCRIPTORS) inodes[fd] = 0;
  return real(fd);
}

static void wrote(int fd, off64_t at, const struct iovec *data, int count, ssize_t size) {
  uint64_t inode = inode_of(fd);
  if (inode == 0 || size <= 0) return;
  int error = errno;
  pthread_mutex_lock(&lock);
  put((struct entry){ WRITE, 0, inode, (uint64_t)at, (uint64_t)size }, NULL, data, count);
  pthread_mutex_unlock(&lock);
  errno = error;
}

#define PWRITE(name, offset) \
  ssize_t name(int fd, const void *from, size_t size, offset at) { \
    REAL(name); ssize_t done = real(fd, from, size, at); \
    struct iovec data = { (void *)from, size }; wrote(fd, at, &data, 1, done); return done; \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PWRITEV(name, offset) \
  ssize_t name(int fd, const struct iovec *data, int count, offset at) { \
    REAL(name); ssize_t done = real(fd, data, count, at); wrote(fd, at, data, count, done); return done; \
  }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

ssize_t write(int fd, const void *from, size_t size) {
  REAL(write);
  ssize_t done = real(fd, from, size);
  struct iovec data = { (void *)from, size };
  if (inode_of(fd) && done > 0) wrote(fd, lseek64(fd, 0, SEEK_CUR) - done, &data, 1, done);
  return done;
}

ssize_t writev(int fd, const struct iovec *data, int count) {
  REAL(writev);
  ssize_t done = real(fd, data, count);
  if (inode_of(fd) && done > 0) wrote(fd, lseek64(fd, 0, SEEK_CUR) - done, data, count, done);
  return done;
}

#define TRUNCATE_OF(name, offset) \
  int name(int fd, offset size) { \
    REAL(name); int done = real(fd, size); uint64_t inode = inode_of(fd); \
    if (inode && done == 0) say(TRUNCATE, inode, 0, (uint64_t)size); \
    return done; \
  }
TRUNCATE_OF(ftruncate, off_t)
TRUNCATE_OF(ftruncate64, off64_t)

#define ALLOCATE(name, offset) \
  int name(int fd, int mode, offset at, offset size) { \
    REAL(name); int done = real(fd, mode, at, size); uint64_t inode = inode_of(fd); \
    if (inode && done == 0 && mode == 0) say(EXTEND, inode, 0, (uint64_t)(at + size)); \
    else if (inode && done == 0 && mode != 1) strange(#name); \
    return done; \
  }
ALLOCATE(fallocate, off_t)
ALLOCATE(fallocate64, off64_t)

#define POSIX_ALLOCATE(name, offset) \
  int name(int fd, offset at, offset size) { \
    REAL(name); int done = real(fd, at, size); uint64_t inode = inode_of(fd); \
    if (inode && done == 0) say(EXTEND, inode, 0, (uint64_t)(at + size)); \
    return done; \
  }
POSIX_ALLOCATE(posix_fallocate, off_t)
POSIX_ALLOCATE(posix_fallocate64, off64_t)

static int synced(int (*real)(int), int fd) {
  uint64_t inode = inode_of(fd);
  if (inode == 0) return real(fd);
  uint64_t number = __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST);
  say(SYNC, inode, number, 0);
  int done = real(fd);
  if (done == 0) say(SYNCED, inode, number, 0);
  return done;
}
int fsync(int fd) { REAL(fsync); return synced(real, fd); }
int fdatasync(int fd) { REAL(fdatasync); return synced(real, fd); }

static int removed(int (*real)(const char *), const char *path) {
  if (!inside(path)) return real(path);
  pthread_mutex_lock(&lock);
  int done = real(path), error = errno;
  if (done == 0) put((struct entry){ UNLINK, 0, 0, 0, 0 }, path, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}
int unlink(const char *path) { REAL(unlink); return removed(real, path); }
int rmdir(const char *path) { REAL(rmdir); return removed(real, path); }
/* Within libc it does not come by the two above. */
int remove(const char *path) { REAL(remove); return removed(real, path); }

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  if (!inside(path)) return real(path, mode);
  pthread_mutex_lock(&lock);
  int done = real(path, mode), error = errno;
  struct stat about;
  if (done == 0 && stat(path, &about) == 0)
    put((struct entry){ MKDIR, 0, about.st_ino, 0, 0 }, path, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

static int named(uint32_t kind, int (*real)(const char *, const char *), const char *from, const char *to) {
  if (!inside(from) && !inside(to)) return real(from, to);
  char both[2 * PATH_MAX];
  snprintf(both, sizeof both, "%s\n%s", from, to);
  pthread_mutex_lock(&lock);
  int done = real(from, to), error = errno;
  if (done == 0) put((struct entry){ kind, 0, 0, 0, 0 }, both, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}
int rename(const char *from, const char *to) { REAL(rename); return named(RENAME, real, from, to); }
int link(const char *from, const char *to) { REAL(link); return named(LINK, real, from, to); }

/* Nothing of ours calls these; if that changes, the proof must say so and not look away. */
int symlink(const char *from, const char *to) {
  REAL(symlink);
  if (inside(to)) strange("symlink");
  return real(from, to);
}
int truncate64(const char *path, off64_t size) {
  REAL(truncate64);
  if (inside(path)) strange("truncate");
  return real(path, size);
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t size, unsigned flags) {
  REAL(copy_file_range);
  if (inode_of(out)) strange("copy_file_range");
  return real(in, from, out, to, size, flags);
}
