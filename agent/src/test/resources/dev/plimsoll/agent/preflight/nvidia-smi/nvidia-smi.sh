#!/bin/sh
# Plays the output of nvidia-smi back. usage: nvidia-smi.sh FOLDER ARGUMENTS...
folder=$1
shift
case "$*" in
  "-q -x") [ -f "$folder/refusal.txt" ] && { cat "$folder/refusal.txt"; exit 15; }
           cat "$folder/query.xml" ;;
  "nvlink --status") cat "$folder/nvlink.txt" ;;
  *) echo "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help."; exit 1 ;;
esac
