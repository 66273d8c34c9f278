package io.portolan.sender.message;

import io.portolan.sender.dkim.BodyHash;
import io.portolan.sender.dkim.RelaxedLines;
import io.portolan.sender.exchange.Lines;
import io.portolan.sender.message.BodyEncoder.Encoding;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A campaign's body under one choice of encodings: encoded octets that are every recipient's, with
 * slots between them. Both are whole lines, so that each is brought into DKIM's relaxed form by
 * itself.
 *
 * <p>Thread-safe; never changes, but for what is computed when it is first asked for.
 */
final class BodyLayout {
  private final String fields;
  private final List<Fixed> fixed;
  private volatile @Nullable BodyHash start;
  private volatile @Nullable String wholeHash;

  private BodyLayout(String fields, List<Fixed> fixed) {
    this.fields = fields;
    this.fixed = List.copyOf(fixed);
  }

  /** Lines that never vary. */
  private static final class Fixed {
    private final byte[] octets;
    private final Lines lines;
    private volatile @Nullable RelaxedLines relaxed;

    Fixed(byte[] octets) {
      this.octets = octets;
      lines = Lines.of(octets);
    }

    /** In relaxed form; kept, and so only of what is signed. */
    RelaxedLines relaxed() {
      RelaxedLines known = relaxed;
      if (known == null) {
        known = RelaxedLines.of(octets);
        relaxed = known;
      }
      return known;
    }
  }

  /** Writes a layout from its start. */
  static final class Builder {
    private final List<Fixed> fixed = new ArrayList<>();
    private MessageBuffer open = new MessageBuffer(0);

    Builder ascii(String text) {
      open.ascii(text);
      return this;
    }

    /** Adds text as octets. */
    void encoded(Encoding encoding, byte[] canonical) {
      BodyEncoder.encode(open, encoding, canonical);
    }

    /** Adds a slot. */
    void slot() {
      fixed.add(new Fixed(open.toArray()));
      open = new MessageBuffer(0);
    }

    /** Ends a line that was begun and not ended. */
    void endLine() {
      if (open.length() > 0 && !open.endsLine(0)) {
        open.crlf();
      }
    }

    /**
     * @param fields of the message that describe its body
     */
    BodyLayout build(String fields) {
      fixed.add(new Fixed(open.toArray()));
      return new BodyLayout(fields, fixed);
    }
  }

  /** What stands in a layout's slots in one message. Not thread-safe. */
  static final class Slots {
    private final MessageBuffer octets;
    private final int[] ends;
    private int count;

    private Slots(int slots, int room) {
      octets = new MessageBuffer(room);
      ends = new int[slots];
    }

    /**
     * Fills the next slot.
     *
     * @param closed whether a line end follows in any case; else one follows a line that has none
     */
    void put(Encoding encoding, byte[] canonical, boolean closed) {
      int from = octets.length();
      BodyEncoder.encode(octets, encoding, canonical);
      if (closed || (octets.length() > from && !octets.endsLine(from))) {
        octets.crlf();
      }
      ends[count++] = octets.length();
    }

    /** For how many octets there is room. */
    int capacity() {
      return octets.capacity();
    }

    private int start(int slot) {
      return slot == 0 ? 0 : ends[slot - 1];
    }
  }

  /**
   * @param room about how many octets will stand in them
   */
  Slots slots(int room) {
    return new Slots(fixed.size() - 1, room);
  }

  /** The fields of the message that describe its body. */
  String fields() {
    return fields;
  }

  /** The body, in pieces. */
  List<Lines> lines(Slots slots) {
    List<Lines> lines = new ArrayList<>(2 * slots.count + 1);
    lines.add(fixed.getFirst().lines);
    for (int i = 0; i < slots.count; i++) {
      lines.add(slots.octets.lines(slots.start(i), slots.ends[i]));
      lines.add(fixed.get(i + 1).lines);
    }
    return lines;
  }

  /**
   * The body's hash for a signature (RFC 6376 3.7), taken up behind what comes before all slots.
   */
  String hash(Slots slots) {
    if (slots.count == 0) {
      return wholeHash();
    }
    BodyHash hash = start().copy();
    for (int i = 0; i < slots.count; i++) {
      slots.octets.hash(hash, slots.start(i), slots.ends[i]);
      hash.feed(fixed.get(i + 1).relaxed());
    }
    return hash.base64();
  }

  private String wholeHash() {
    String known = wholeHash;
    if (known == null) {
      known = start().copy().base64();
      wholeHash = known;
    }
    return known;
  }

  private BodyHash start() {
    BodyHash known = start;
    if (known == null) {
      known = new BodyHash().feed(fixed.getFirst().relaxed());
      start = known;
    }
    return known;
  }
}
