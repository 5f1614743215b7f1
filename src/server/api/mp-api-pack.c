/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-pack.h"

#include <libdeflate.h>
#include <string.h>

/* Of the pages that a first sync asks for, this level leaves some hundredths more than the next one
 * and takes two thirds of its time. */
#define LEVEL 5
/* Below this, what a header line says of the packing is half of what packing saves. */
#define LEAST_BYTES 1024

typedef struct libdeflate_compressor Compressor;
typedef struct libdeflate_decompressor Decompressor;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Compressor, libdeflate_free_compressor)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decompressor, libdeflate_free_decompressor)

/**
 * mp_api_pack_is_accepted:
 * @accept: (nullable): what an Accept-Encoding says
 *
 * Returns: whether the client takes gzip
 */
gboolean
mp_api_pack_is_accepted (const char *accept)
{
  g_auto (GStrv) codings = accept != NULL ? g_strsplit (accept, ",", 20) : NULL;

  for (unsigned int i = 0; codings != NULL && codings[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (codings[i], ";", 2);
      const char *weight = parts[0] != NULL && parts[1] != NULL ? g_strstrip (parts[1]) : "q=1";

      if (parts[0] != NULL && g_ascii_strcasecmp (g_strstrip (parts[0]), "gzip") == 0)
        return !g_str_has_prefix (weight, "q=0") || strpbrk (weight + strlen ("q=0"), "123456789");
    }
  return FALSE;
}

/**
 * mp_api_pack:
 * @plain: a body
 *
 * Returns: (transfer full) (nullable): the same in gzip, or %NULL when it would not be smaller
 */
GBytes *
mp_api_pack (GBytes *plain)
{
  g_autoptr (Compressor) compressor = NULL;
  g_autofree void *packed = NULL;
  size_t size;
  const void *data = g_bytes_get_data (plain, &size);
  size_t packed_size;

  if (size < LEAST_BYTES)
    return NULL;
  compressor = libdeflate_alloc_compressor (LEVEL);
  packed = g_malloc (size);
  packed_size =
      compressor != NULL ? libdeflate_gzip_compress (compressor, data, size, packed, size) : 0;
  return packed_size > 0
             ? g_bytes_new_take (g_realloc (g_steal_pointer (&packed), packed_size), packed_size)
             : NULL;
}

/**
 * mp_api_unpack:
 * @packed: a body in gzip, from outside
 * @limit: no more than so many bytes are unpacked, whatever it says of itself
 * @plain: (out) (transfer full): what was in it
 *
 * Returns: whether it could be unpacked
 */
MpApiUnpack
mp_api_unpack (GBytes *packed, size_t limit, GBytes **plain)
{
  g_autoptr (Decompressor) decompressor = libdeflate_alloc_decompressor ();
  g_autofree void *buffer = g_malloc (limit);
  size_t size;
  const void *data = g_bytes_get_data (packed, &size);
  size_t used = 0;
  size_t plain_size = 0;

  *plain = NULL;
  if (decompressor == NULL)
    return MP_API_UNPACK_TOO_LARGE;
  switch (
      libdeflate_gzip_decompress_ex (decompressor, data, size, buffer, limit, &used, &plain_size))
    {
    case LIBDEFLATE_SUCCESS:
      break;
    case LIBDEFLATE_INSUFFICIENT_SPACE:
      return MP_API_UNPACK_TOO_LARGE;
    case LIBDEFLATE_BAD_DATA:
    case LIBDEFLATE_SHORT_OUTPUT:
    default:
      return MP_API_UNPACK_DAMAGED;
    }
  if (used != size)
    return MP_API_UNPACK_DAMAGED;
  *plain =
      g_bytes_new_take (g_realloc (g_steal_pointer (&buffer), MAX (plain_size, 1)), plain_size);
  return MP_API_UNPACKED;
}
