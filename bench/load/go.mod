module ashlar/bench/load

go 1.24
