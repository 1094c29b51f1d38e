/*
 * Preloaded into a server: fails the Nth call of one kind on files under one folder, once, with EIO. What to fail stands
 * in the file that ASHLAR_FAIL names, as "<sync|write> <N> <folder>"; where there is no such file nothing fails.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char kind[16];
static char folder[PATH_MAX];
static long nth;
static atomic_long calls;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("ASHLAR_FAIL");
  FILE *file = name ? fopen(name, "r") : NULL;
  if (!file) return;
  if (fscanf(file, "%15s %ld %4095s", kind, &nth, folder) != 3) nth = 0;
  fclose(file);
}

static int fails(const char *call, int fd) {
  if (nth == 0 || strcmp(call, kind) != 0) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (strncmp(path, folder, strlen(folder)) != 0) return 0;
  if (atomic_fetch_add(&calls, 1) + 1 != nth) return 0;
  dprintf(2, "\n[planted] %s of %s\n", call, path);
  errno = EIO;
  return 1;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)

int fsync(int fd) { REAL(fsync); return fails("sync", fd) ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return fails("sync", fd) ? -1 : real(fd); }
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
  REAL(pwrite);
  return fails("write", fd) ? -1 : real(fd, from, size, at);
}
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
  REAL(pwrite64);
  return fails("write", fd) ? -1 : real(fd, from, size, at);
}
