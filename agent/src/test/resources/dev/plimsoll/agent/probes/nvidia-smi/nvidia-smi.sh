#!/bin/sh
# Plays the rows of a folder back as nvidia-smi would print them.
# usage: nvidia-smi.sh FOLDER END ARGUMENTS...   END: "repeat" the last round, "hang", "die" or "garbage"
folder=$1
end=$2
shift 2
wanted=""
pause=1
while [ $# -gt 0 ]; do
  case $1 in
    --help-query-gpu) cat "$folder/help.txt"; exit 0 ;;
    --query-gpu=*) query=${1#--query-gpu=} ;;
    -lms) pause=$(awk "BEGIN { print $2 / 1000 }"); shift ;;
    -i) wanted=$2; shift ;;
  esac
  shift
done
echo started >> "${PLAYED:-/dev/null}"
round=1
while :; do
  awk -v query="$query" -v round="$round" -v wanted="$wanted" '
    BEGIN { FS = ", "; n = split(query, asked, ","); if (wanted != "") { split(wanted, w, ","); for (i in w) only[w[i]] = 1 } }
    NR == 1 {
      for (c = 1; c <= NF; c++) { m = split($c, names, "|"); for (k = 1; k <= m; k++) column[names[k]] = c }
      for (i = 1; i <= n; i++) if (!(asked[i] in column)) {
        print "Field \"" asked[i] "\" is not a valid field to query."; bad = 1; exit
      }
      next
    }
    $0 == "" { now++; next }
    now == round && (wanted == "" || $1 in only) {
      line = $column[asked[1]]
      for (i = 2; i <= n; i++) line = line ", " $column[asked[i]]
      print line; found = 1
    }
    END { exit bad ? 2 : found ? 0 : 3 }
  ' "$folder/rows.csv"
  status=$?
  [ $status -eq 2 ] && exit 2
  if [ $status -eq 3 ]; then
    case $end in
      repeat) round=$((round - 1)); continue ;;
      hang) exec sleep 600 ;;
      garbage) while :; do echo "WARNING: infoROM is corrupted at gpu 0000:3B:00.0"; done ;;
      *) echo "Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.  Reboot the system to recover this GPU"
         exit 15 ;;
    esac
  fi
  round=$((round + 1))
  sleep "$pause"
done
