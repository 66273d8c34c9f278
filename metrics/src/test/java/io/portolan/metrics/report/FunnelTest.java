package io.portolan.metrics.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class FunnelTest {
  static final long MOST = 1_000_000;

  /** However mail went and whatever came back about it, each message is in one part. */
  @Property
  void everyMessageIsInOnePart(
      @ForAll @Size(12) List<@LongRange(max = MOST) Long> counts,
      @ForAll @LongRange(max = MOST) long byRelay,
      @ForAll @LongRange(max = MOST) long told) {
    long settled = Math.min(told, byRelay);
    long bounced = settled / 3;
    Counts total =
        new Counts(
            counts.get(0) + byRelay,
            counts.get(1),
            counts.get(2),
            counts.get(3),
            counts.get(4),
            counts.get(5),
            counts.get(6),
            counts.get(7),
            counts.get(8),
            counts.get(9),
            counts.get(10),
            counts.get(11),
            new Returned(bounced, counts.get(0) / 2, 0, 0, 0, 0, 0, 0, settled),
            new Marks(0, 0, 0, 0, byRelay),
            Untold.NONE);

    Funnel funnel = Funnel.of(total, counts.get(4));

    addsUp(funnel);
    assertThat(funnel.relayed()).isEqualTo(byRelay - settled);
    assertThat(funnel.parts()).allMatch(part -> part.count() >= 0);
    assertThat(funnel.planned()).isEqualTo(total.ended() + counts.get(4));
  }

  static void addsUp(Funnel funnel) {
    assertThat(funnel.parts().stream().mapToLong(Funnel.Part::count).sum())
        .isEqualTo(funnel.planned());
  }
}
