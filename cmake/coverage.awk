# Adds up what gcov --stdout says about each line of include/ in all translation units and instantiations: a line was
# run where one of them ran it. Prints the lines that none ran, a line a file, and the sum.
{
    split($0, part, ":")
    count = part[1]
    line = part[2] + 0
    gsub(/[ *]/, "", count)
}
line == 0 && part[3] == "Source" { file = part[4]; next }
file !~ /^include\// || line == 0 || count == "-" || count !~ /^([0-9]+|#####|=====)$/ { next }
{
    key = file ":" line
    if (!(key in run)) { run[key] = 0; lines[file]++; order[++n] = key; in_file[n] = file }
    if (count ~ /^[0-9]+$/ && count + 0 > 0) run[key] = 1
}
END {
    for (i = 1; i <= n; ++i) {
        if (run[order[i]]) { ++hit[in_file[i]]; ++all } else print "not run: " order[i] | "sort -V"
    }
    close("sort -V")
    sorted = "sort -k 6"
    for (name in lines)
        printf "%6.1f %%  %4d of %4d  %s\n", 100 * hit[name] / lines[name], hit[name], lines[name], name | sorted
    close(sorted)
    if (n == 0) { print "no line of include/ was seen"; exit 2 }
    printf "line coverage of include/: %.1f %% (%d of %d lines)\n", 100 * all / n, all, n
    exit 100 * all / n < minimum ? 1 : 0
}
