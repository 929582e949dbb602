# Texts cut, counted, sorted and joined again.
use strict;
use warnings;
my ($seed, $part, %count, @lines) = (42, $ENV{PART} // 1);
sub next_number { $seed = ($seed * 1103515245 + 12345) % 2147483648; $seed >> 8 }
for my $i (1 .. 60_000 / $part) {
  my @words = map { join '', map { chr(97 + next_number() % 26) } 1 .. 2 + next_number() % 6 } 1 .. 1 + next_number() % 6;
  push @lines, join(' ', @words);
}
for my $round (1 .. 4) {
  for my $line (@lines) {
    $count{$_}{$round}++ for split / /, $line;
  }
}
my @sorted = sort { length($a) <=> length($b) || $a cmp $b } keys %count;
my $text = join "\n", map { uc } @sorted;
$text =~ s/([A-C]+)/<$1>/g;
print scalar(@sorted), ' ', length($text), "\n";
