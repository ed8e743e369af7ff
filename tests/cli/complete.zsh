# Types into an interactive zsh with the completion script of acl.
# Usage: zsh -f complete.zsh ACL
zmodload zsh/zpty
acl=$1
export TERM=dumb
zpty -b shell zsh -f -i

# Reads until $1 appears. Fails after ten seconds.
expect() {
  local all= part
  repeat 200; do
    while zpty -r -t shell part; do all+=$part; done
    [[ $all == *$1* ]] && return
    sleep 0.05
  done
  print -ru2 -- "zsh: \`$typed\`: got \`${(V)all}\`, not \`$1\`"
  exit 1
}

# complete TYPED EXPECTED: types TYPED and a tab, and expects EXPECTED.
complete() {
  typed=$1
  zpty -w -n shell "$1"$'\t'
  expect $2
  zpty -w -n shell $'\C-u'
}

zpty -w shell "PS1=; autoload -U compinit; compinit -u -D; path=(${acl:h} \$path)"
zpty -w shell "zstyle ':completion:*' verbose no"
zpty -w shell "source <($acl completion zsh); print rea''dy"
expect ready
complete 'acl shar' 'acl share '
complete 'acl role --works' 'acl role --workspace '
complete 'acl role -w my' 'acl role -w my\ world.yaml '
complete 'acl convert wor' 'acl convert world.yaml '
complete 'acl export --format y' 'acl export --format yaml '
complete 'acl completion z' 'acl completion zsh '
complete 'acl import peri' 'acl import peribolos '
complete 'acl import peribolos --or' 'acl import peribolos --org '
complete 'acl journal ver' 'acl journal verify '
complete 'acl log --actor user:ann --tar' 'acl log --actor user:ann --target '
zpty -d shell
