/* The part of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) for a small peer. */
#pragma once
#include <stdint.h>
#include <string.h>

typedef struct {
  uint8_t bytes[65536];
  size_t length;
} writer;

/*
 * Reads never go beyond `end`. A missing value, or one of another type, sets `failed`; all later
 * reads return 0.
 */
typedef struct {
  const uint8_t *at, *end;
  int failed;
} reader;

static void put(writer *w, const void *bytes, size_t length) {
  if (w->length + length > sizeof w->bytes) length = 0;
  memcpy(w->bytes + w->length, bytes, length);
  w->length += length;
}

static void put_byte(writer *w, uint8_t byte) { put(w, &byte, 1); }

static void put_big_endian(writer *w, uint32_t value, int bytes) {
  while (bytes-- > 0) put_byte(w, (uint8_t)(value >> (8 * bytes)));
}

static void put_array(writer *w, uint8_t count) { put_byte(w, 0x90 | count); }
static void put_map(writer *w, uint8_t count) { put_byte(w, 0x80 | count); }
static void put_false(writer *w) { put_byte(w, 0xc2); }

static void put_uint(writer *w, uint32_t value) {
  if (value < 128) return put_byte(w, (uint8_t)value);
  put_byte(w, 0xce);
  put_big_endian(w, value, 4);
}

static void put_text_bytes(writer *w, const void *text, size_t length) {
  put_byte(w, 0xda);
  put_big_endian(w, (uint32_t)length, 2);
  put(w, text, length);
}

static void put_text(writer *w, const char *text) { put_text_bytes(w, text, strlen(text)); }

static const uint8_t *take(reader *r, size_t length) {
  if (r->failed || length > (size_t)(r->end - r->at)) {
    r->failed = 1;
    return NULL;
  }
  r->at += length;
  return r->at - length;
}

static uint64_t take_big_endian(reader *r, int bytes) {
  const uint8_t *at = take(r, (size_t)bytes);
  uint64_t value = 0;
  for (int i = 0; at != NULL && i < bytes; i++) value = value << 8 | at[i];
  return value;
}

static uint8_t take_byte(reader *r) { return (uint8_t)take_big_endian(r, 1); }

static uint64_t fail(reader *r) {
  r->failed = 1;
  return 0;
}

static uint64_t get_uint(reader *r) {
  uint8_t type = take_byte(r);
  if (type < 0x80) return type;
  if (type >= 0xcc && type <= 0xcf) return take_big_endian(r, 1 << (type - 0xcc));
  return fail(r);
}

/* Reads the number of elements of an array, or of pairs of a map. */
static size_t get_count(reader *r, uint8_t fix, uint8_t long_form) {
  uint8_t type = take_byte(r);
  if ((type & 0xf0) == fix) return type & 0x0f;
  if (type == long_form) return (size_t)take_big_endian(r, 2);
  if (type == long_form + 1) return (size_t)take_big_endian(r, 4);
  return (size_t)fail(r);
}

static size_t get_array(reader *r) { return get_count(r, 0x90, 0xdc); }
static size_t get_map(reader *r) { return get_count(r, 0x80, 0xde); }

static const char *get_text(reader *r, size_t *length) {
  uint8_t type = take_byte(r);
  if ((type & 0xe0) == 0xa0) *length = type & 0x1f;
  else if (type >= 0xd9 && type <= 0xdb) *length = (size_t)take_big_endian(r, 1 << (type - 0xd9));
  else *length = (size_t)fail(r);
  return (const char *)take(r, *length);
}

/* Reads the next value and returns 1 if it is this text. */
static int next_is_text(reader *r, const char *expected) {
  size_t length;
  const char *text = get_text(r, &length);
  return text != NULL && length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static void skip(reader *r) {
  if (r->failed || r->at == r->end) {
    r->failed = 1;
    return;
  }
  uint8_t type = *r->at;
  size_t count = 0, length;
  if ((type & 0xf0) == 0x90 || type == 0xdc || type == 0xdd) count = get_array(r);
  else if ((type & 0xf0) == 0x80 || type == 0xde || type == 0xdf) count = get_map(r) * 2;
  else if ((type & 0xe0) == 0xa0 || (type >= 0xd9 && type <= 0xdb)) get_text(r, &length);
  else if (type < 0x80 || (type >= 0xcc && type <= 0xcf)) get_uint(r);
  else if (type >= 0xe0 || type == 0xc0 || type == 0xc2 || type == 0xc3) take(r, 1);
  else fail(r);
  while (count-- > 0 && !r->failed) skip(r);
}
