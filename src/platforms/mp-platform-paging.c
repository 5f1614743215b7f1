/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-paging.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-error.h"

/* The address that a Link header calls the next one (RFC 8288); NULL: none. */
static char *
find_next_link (MpHttpResponse *response)
{
  const char *header = mp_http_response_get_header (response, "link");
  g_auto (GStrv) links = g_strsplit (header != NULL ? header : "", ",", -1);

  for (unsigned int i = 0; links[i] != NULL; i++)
    {
      const char *open = strchr (links[i], '<');
      const char *end = open != NULL ? strchr (open, '>') : NULL;

      if (end != NULL && (strstr (end, "rel=\"next\"") != NULL || strstr (end, "rel=next") != NULL))
        return g_strndup (open + 1, (size_t) (end - open - 1));
    }
  return NULL;
}

static gboolean
find_next (MpPaging *self,
           const MpScope *scope,
           MpHttpResponse *response,
           unsigned int count,
           gboolean *has_next,
           GError **error)
{
  const MpPagingSpec *paging = &self->list->paging;
  const char *id = mp_platform_document_get_id (self->document);
  gboolean is_full = paging->size > 0 ? count >= paging->size : count > 0;
  MpValue next;

  if (!mp_attribute_get_boolean (paging->more, id, scope, is_full, has_next, error))
    return FALSE;
  switch (paging->kind)
    {
    case MP_PAGING_CURSOR_BODY:
      if (!mp_attribute_evaluate (paging->next, id, scope, &next, error))
        return FALSE;
      self->cursor = mp_value_dup_text (&next);
      self->cursor_is_number = next.kind == MP_VALUE_NUMBER;
      /* Some name the last item's cursor on the last page, too. */
      *has_next = self->cursor != NULL && (paging->more == NULL || *has_next);
      break;
    case MP_PAGING_NEXT_URL_BODY:
      if (!mp_attribute_get_text (paging->next, id, scope, &self->address, error))
        return FALSE;
      *has_next = self->address != NULL;
      break;
    case MP_PAGING_LINK_HEADER:
      self->address = find_next_link (response);
      *has_next = self->address != NULL;
      break;
    case MP_PAGING_OFFSET:
    case MP_PAGING_PAGE:
      *has_next = *has_next && count > 0;
      self->offset += count;
      break;
    case MP_PAGING_NONE:
    default:
      *has_next = FALSE;
      break;
    }
  return TRUE;
}

static void
forget_place (MpPaging *self)
{
  g_clear_pointer (&self->cursor, g_free);
  g_clear_pointer (&self->address, g_free);
}

void
mp_paging_clear (MpPaging *self)
{
  forget_place (self);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_clear_pointer (&self->last_page, g_bytes_unref);
}

/* A place that was there before leads round in a circle; so does a server that does not look at
 * the page's number and answers the first one for ever. */
static gboolean
is_new_place (MpPaging *self, MpHttpResponse *response)
{
  const char *place = self->cursor != NULL ? self->cursor : self->address;
  GBytes *page = mp_http_response_get_body (response);
  gboolean is_new;

  if (place == NULL)
    {
      is_new = self->last_page == NULL || !g_bytes_equal (self->last_page, page);
      g_clear_pointer (&self->last_page, g_bytes_unref);
      self->last_page = g_bytes_ref (page);
      return is_new;
    }
  if (self->seen == NULL)
    self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return g_hash_table_add (self->seen, g_strdup (place));
}

static void
set_place (MpPageQuery *query,
           const char *name,
           char *place /* (transfer full) (nullable) */,
           gboolean is_number)
{
  query->name = name;
  query->place = place;
  query->is_number = is_number;
}

void
mp_paging_make_query (const MpPaging *self, MpPageQuery *query)
{
  const MpPagingSpec *paging = &self->list->paging;
  unsigned int n = 0;

  *query = (MpPageQuery){ .size = g_strdup_printf ("%u", paging->size) };
  if (paging->size_query != NULL && paging->size > 0)
    {
      query->query[n++] = paging->size_query;
      query->query[n++] = query->size;
    }
  if (paging->kind == MP_PAGING_CURSOR_BODY)
    set_place (query, "cursor", g_strdup (self->cursor), self->cursor_is_number);
  else if (paging->kind == MP_PAGING_OFFSET)
    set_place (query, "offset", g_strdup_printf ("%u", self->offset), TRUE);
  else if (paging->kind == MP_PAGING_PAGE)
    set_place (query, "page", g_strdup_printf ("%u", paging->first + self->pages), TRUE);
  if (query->place != NULL && paging->query != NULL)
    {
      query->query[n++] = paging->query;
      query->query[n++] = query->place;
    }
}

void
mp_page_query_clear (MpPageQuery *self)
{
  g_free (self->size);
  g_free (self->place);
}

gboolean
mp_paging_advance (MpPaging *self,
                   const MpScope *scope,
                   MpHttpResponse *response,
                   unsigned int count,
                   gboolean *has_next,
                   GError **error)
{
  self->pages++;
  forget_place (self);
  *has_next = FALSE;
  if (self->list->paging.kind == MP_PAGING_NONE)
    return TRUE;
  if (!find_next (self, scope, response, count, has_next, error))
    return FALSE;
  if (!*has_next)
    return TRUE;
  if (!is_new_place (self, response))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   /* Translators: a document and a place in it, then a number. */
                   _ ("%s %s/paging: the answer to page %u leads back to an earlier page"),
                      mp_platform_document_get_id (self->document), self->list->pointer,
                      self->pages);
      return FALSE;
    }
  if (self->pages < self->list->paging.max_pages)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_TOO_LARGE, "%s %s/paging: more than %u pages",
               mp_platform_document_get_id (self->document), self->list->pointer, self->pages);
  return FALSE;
}
