package io.portolan.core.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class AcceptTimeTest {

  @Property
  void bucketHoldsItsTimeAndIsAtMostAnEighthWide(
      @ForAll @LongRange(max = 400L * 24 * 3600 * 1000) long millis) {
    int bucket = AcceptTime.bucket(millis);
    long lower = AcceptTime.lowerMillis(bucket);
    long upper = AcceptTime.lowerMillis(bucket + 1);

    assertThat(millis).isBetween(lower, upper - 1);
    assertThat(upper - lower).isLessThanOrEqualTo(Math.max(1, lower / 8));
  }

  @Property
  void bucketsAreContiguous(@ForAll @LongRange(max = 1L << 40) long millis) {
    assertThat(AcceptTime.bucket(millis + 1) - AcceptTime.bucket(millis)).isBetween(0, 1);
  }
}
