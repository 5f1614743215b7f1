# What may be typed next, read from a program's --help. typed: the words before, options among them.
# SPDX-License-Identifier: GPL-3.0-or-later

# "  mapping list member|order": a command; what is in brackets or capitals ends what can be offered.
function offer(line,   parts, count, i, alternatives, n)
{
  count = split(line, parts, " ")
  for (i = 1; i <= n_words; i++)
    if (i > count || parts[i] ~ /^[-[|]/ ||
        (parts[i] !~ /^[A-Z]/ && index("|" parts[i] "|", "|" words[i] "|") == 0))
      return
  if (n_words + 1 > count || parts[n_words + 1] !~ /^[a-z]/)
    return
  n = split(parts[n_words + 1], alternatives, "|")
  for (i = 1; i <= n; i++)
    if (!(alternatives[i] in offered)) {
      offered[alternatives[i]]
      print alternatives[i]
    }
}

/^Commands:/ { inside = 1; next }
/^$/ { inside = 0 }
inside && /^  [^ ]/ { commands[++n_commands] = $0 }
!inside && match($0, /^ +(-[a-z], )?--[a-z]/) {
  option = $0
  sub(/^ +(-[a-z], )?/, "", option)
  takes_value = option ~ /^--[a-z-]+[= ][A-Z]/
  sub(/[^a-z-].*/, "", option)
  takes[option] = takes_value
  options[++n_options] = option
}

END {
  count = split(typed, all, " ")
  for (i = 1; i <= count; i++)
    if (all[i] ~ /^-/)
      i += (all[i] in takes) && takes[all[i]]
    else
      words[++n_words] = all[i]
  if (current ~ /^-/)
    for (i = 1; i <= n_options; i++)
      print options[i]
  else if (count == 0 || !(all[count] in takes) || !takes[all[count]])
    for (i = 1; i <= n_commands; i++)
      offer(commands[i])
}
