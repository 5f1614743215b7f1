/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-service-manager.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* sd_listen_fds(3), sd_notify(3): systemd 252, read 2026-11. */
#define FIRST_SOCKET 3

/**
 * mp_service_manager_take_socket:
 *
 * Takes the socket that systemd listens on for this service.
 *
 * Returns: the socket; -1: there is none
 */
int
mp_service_manager_take_socket (void)
{
  const char *pid_text = g_getenv ("LISTEN_PID");
  const char *n_text = g_getenv ("LISTEN_FDS");
  guint64 pid = 0;
  guint64 n_sockets = 0;
  gboolean is_ours = pid_text != NULL && n_text != NULL &&
                     g_ascii_string_to_unsigned (pid_text, 10, 1, G_MAXINT, &pid, NULL) &&
                     g_ascii_string_to_unsigned (n_text, 10, 1, 64, &n_sockets, NULL) &&
                     pid == (guint64) getpid ();

  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  if (!is_ours)
    return -1;
  if (fcntl (FIRST_SOCKET, F_SETFD, FD_CLOEXEC) != 0 ||
      fcntl (FIRST_SOCKET, F_SETFL, fcntl (FIRST_SOCKET, F_GETFL) | O_NONBLOCK) != 0)
    return -1;
  return FIRST_SOCKET;
}

/**
 * mp_service_manager_notify:
 * @state: as "READY=1"
 *
 * Tells systemd of a change, where it wants to know.
 */
void
mp_service_manager_notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  size_t length = path != NULL ? strlen (path) : 0;
  int fd;

  if (length == 0 || length >= sizeof address.sun_path)
    return;
  memcpy (address.sun_path, path, length);
  /* An abstract name begins with a zero byte. */
  if (*path == '@')
    address.sun_path[0] = '\0';
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  if (sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address,
              (socklen_t) (offsetof (struct sockaddr_un, sun_path) + length)) < 0)
    g_debug ("systemd was not told of %s", state);
  close (fd);
}
