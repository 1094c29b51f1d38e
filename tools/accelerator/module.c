/*
 * The door between Node and the kernels (Node-API). Whatever comes in is checked here, type and bounds, before a kernel
 * touches memory; what does not fit is thrown as TypeError or RangeError. Nothing is shared by threads: each that loads this has
 * tables of its own.
 */
#define _GNU_SOURCE
#include <node_api.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "kernels.h"

/* Counts up when a function changes, so that a program and an accelerator of two states do not meet. */
enum { REVISION = 2 };
/* As src/base/accelerator.ts numbers them. */
enum { CRC32, CRC32C, CRC64NVME, CRCS };
enum { ARGUMENTS_MAX = 4 };
/* Longer paths are opened in the usual way. */
enum { PATH_BYTES_MAX = 4096 };
/* As linux/openat2.h has them, where there is one. */
enum { SYS_OPENAT2 = 437, CACHED_ONLY = 0x20 };
typedef struct {
  uint64_t flags, mode, resolve;
} HowToOpen;

typedef struct {
  uint8_t *at;
  size_t length;
} Bytes;

static napi_value refused(napi_env env, const char *why) {
  napi_throw_range_error(env, NULL, why);
  return NULL;
}

/* The arguments, of which there must be `count`. */
static int arguments(napi_env env, napi_callback_info info, size_t count, napi_value into[ARGUMENTS_MAX]) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, into, NULL, NULL) == napi_ok && given == count) return 1;
  napi_throw_type_error(env, NULL, "a kernel was called with too few arguments");
  return 0;
}

/* The bytes of a Uint8Array; none where its buffer was detached. */
static int bytes_of(napi_env env, napi_value value, Bytes *into) {
  napi_typedarray_type type;
  void *at;
  int is_fine = napi_get_typedarray_info(env, value, &type, &into->length, &at, NULL, NULL) == napi_ok &&
                type == napi_uint8_array;
  if (!is_fine) napi_throw_type_error(env, NULL, "a kernel takes bytes as a Uint8Array");
  into->at = at;
  return is_fine;
}

/* A whole number that JavaScript counts exactly, not below 0. */
static int size_of(napi_env env, napi_value value, size_t *into) {
  double number;
  int is_fine = napi_get_value_double(env, value, &number) == napi_ok && number >= 0 &&
                number <= 9007199254740991.0 && number == (double)(int64_t)number;
  if (!is_fine) napi_throw_type_error(env, NULL, "a kernel takes whole numbers");
  if (is_fine) *into = (size_t)number;
  return is_fine;
}

/* crc(which, state, bytes): state */
static napi_value crc(napi_env env, napi_callback_info info) {
  napi_value given[ARGUMENTS_MAX], answer;
  size_t which;
  uint64_t state;
  bool is_lossless;
  Bytes bytes;
  Crc *crcs;
  if (!arguments(env, info, 3, given) || !size_of(env, given[0], &which)) return NULL;
  if (napi_get_value_bigint_uint64(env, given[1], &state, &is_lossless) != napi_ok || !is_lossless) {
    return refused(env, "the state of a CRC is a bigint of 64 bits");
  }
  if (!bytes_of(env, given[2], &bytes)) return NULL;
  if (which >= CRCS || !crc_supported()) return refused(env, "there is no such CRC here");
  if (napi_get_instance_data(env, (void **)&crcs) != napi_ok || crcs == NULL) return NULL;
  state = crc_update(&crcs[which], state, bytes.at, bytes.length);
  return napi_create_bigint_uint64(env, state, &answer) == napi_ok ? answer : NULL;
}

/* md5(memory, states, bodies, blocks): all in `memory`: 16 states, 16 addresses of 32 bits, and the blocks they lead to */
static napi_value md5(napi_env env, napi_callback_info info) {
  napi_value given[ARGUMENTS_MAX];
  Bytes memory;
  size_t states, addresses, blocks;
  if (!arguments(env, info, 4, given) || !bytes_of(env, given[0], &memory)) return NULL;
  if (!size_of(env, given[1], &states) || !size_of(env, given[2], &addresses)) return NULL;
  if (!size_of(env, given[3], &blocks)) return NULL;
  if (!md5_supported()) return refused(env, "there is no MD5 side by side here");
  const size_t states_length = MD5_LANES * MD5_STATE, addresses_length = MD5_LANES * sizeof(uint32_t);
  if (memory.length < states_length || states > memory.length - states_length ||
      addresses > memory.length - addresses_length || blocks > memory.length / MD5_BLOCK) {
    return refused(env, "states and addresses of MD5 lie in its memory");
  }
  const uint8_t *bodies[MD5_LANES];
  for (size_t lane = 0; lane < MD5_LANES; lane++) {
    uint32_t at;
    __builtin_memcpy(&at, memory.at + addresses + lane * sizeof at, sizeof at);
    if (at > memory.length - blocks * MD5_BLOCK) return refused(env, "blocks of MD5 lie in its memory");
    bodies[lane] = memory.at + at;
  }
  md5_update(memory.at + states, bodies, blocks);
  return NULL;
}

/* blockSums(bytes, block, sums): XXH64 of each block, eight bytes each */
static napi_value block_sums(napi_env env, napi_callback_info info) {
  napi_value given[ARGUMENTS_MAX];
  Bytes bytes, sums;
  size_t block;
  if (!arguments(env, info, 3, given) || !bytes_of(env, given[0], &bytes)) return NULL;
  if (!size_of(env, given[1], &block) || !bytes_of(env, given[2], &sums)) return NULL;
  if (block == 0) return refused(env, "a block has bytes");
  size_t count = bytes.length / block + (bytes.length % block != 0);
  if (count > sums.length / sizeof(uint64_t)) return refused(env, "there is room for the sum of each block");
  xxh64_blocks(bytes.at, bytes.length, block, sums.at);
  return NULL;
}

/*
 * readCached(file, into, position): bytes read, as far as they can be had without waiting for a disk; 0 for whatever reason
 * there are none, the reader then asks in the usual way and hears why
 */
static napi_value read_cached(napi_env env, napi_callback_info info) {
  napi_value given[ARGUMENTS_MAX], answer;
  size_t file, position;
  Bytes into;
  if (!arguments(env, info, 3, given) || !size_of(env, given[0], &file)) return NULL;
  if (!bytes_of(env, given[1], &into) || !size_of(env, given[2], &position)) return NULL;
  if (file > INT32_MAX) return refused(env, "a file has a descriptor");
  struct iovec room = {.iov_base = into.at, .iov_len = into.length};
  ssize_t count = preadv2((int)file, &room, 1, (off_t)position, RWF_NOWAIT);
  return napi_create_double(env, count > 0 ? (double)count : 0, &answer) == napi_ok ? answer : NULL;
}

/*
 * openCached(path): the descriptor of a file, for reading, where the kernel has every name on its way and the file itself in
 * memory; -1 for whatever reason it has not (also where it knows no such question), the reader then asks in the usual way
 */
static napi_value open_cached(napi_env env, napi_callback_info info) {
  napi_value given[ARGUMENTS_MAX], answer;
  char path[PATH_BYTES_MAX];
  size_t length;
  if (!arguments(env, info, 1, given)) return NULL;
  if (napi_get_value_string_utf8(env, given[0], path, sizeof path, &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "a file has a path");
    return NULL;
  }
  /* One that fills the room may have been cut. */
  int is_whole = length < sizeof path - 1 && strlen(path) == length;
  HowToOpen how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = CACHED_ONLY};
  long file = is_whole ? syscall(SYS_OPENAT2, AT_FDCWD, path, &how, sizeof how) : -1;
  return napi_create_int32(env, (int32_t)file, &answer) == napi_ok ? answer : NULL;
}

static void drop(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

/* Only what this processor can do becomes a function. */
static int export(napi_env env, napi_value exports, const char *name, napi_callback kernel) {
  napi_value function;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, kernel, NULL, &function) == napi_ok &&
         napi_set_named_property(env, exports, name, function) == napi_ok;
}

NAPI_MODULE_INIT() {
  Crc *crcs = calloc(CRCS, sizeof(Crc));
  napi_value revision;
  if (crcs == NULL) return NULL;
  crc_prepare(&crcs[CRC32], 0xedb88320, 32);
  crc_prepare(&crcs[CRC32C], 0x82f63b78, 32);
  crc_prepare(&crcs[CRC64NVME], 0x9a6c9329ac4bc9b5, 64);
  if (napi_set_instance_data(env, crcs, drop, NULL) != napi_ok) {
    free(crcs);
    return NULL;
  }
  int is_whole = napi_create_uint32(env, REVISION, &revision) == napi_ok &&
                 napi_set_named_property(env, exports, "revision", revision) == napi_ok &&
                 (!crc_supported() || export(env, exports, "crc", crc)) &&
                 (!md5_supported() || export(env, exports, "md5", md5)) &&
                 export(env, exports, "blockSums", block_sums) &&
                 export(env, exports, "openCached", open_cached) &&
                 export(env, exports, "readCached", read_cached);
  return is_whole ? exports : NULL;
}
