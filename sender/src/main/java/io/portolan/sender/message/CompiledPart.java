package io.portolan.sender.message;

import io.portolan.sender.message.BodyEncoder.Encoding;
import io.portolan.sender.message.BodyEncoder.Traits;
import io.portolan.sender.template.MergeTemplate;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a campaign's message: lines that never vary, as canonical octets, and between them the
 * places of lines that do.
 *
 * <p>Immutable.
 */
final class CompiledPart {
  private final String subtype;
  private final List<MergeTemplate.Run> runs;
  private final List<byte[]> fixed = new ArrayList<>();
  private final Traits traits;

  /**
   * @param subtype such as {@code plain}
   */
  CompiledPart(String subtype, List<MergeTemplate.Run> runs) {
    this.subtype = subtype;
    this.runs = List.copyOf(runs);
    Traits all = Traits.EMPTY;
    for (MergeTemplate.Run run : runs) {
      if (!run.varies()) {
        byte[] octets = BodyEncoder.canonical(run.text());
        fixed.add(octets);
        all = all.and(Traits.of(octets));
      }
    }
    traits = all;
  }

  /** How long the lines that vary are in the template. */
  long varying() {
    return runs.stream()
        .filter(MergeTemplate.Run::varies)
        .mapToLong(run -> run.text().length())
        .sum();
  }

  /** What one recipient's lines make of a part. */
  record Filling(Encoding encoding, List<byte[]> varying) {
    /** About how many octets they are when encoded. */
    int room() {
      int octets = varying.stream().mapToInt(each -> each.length).sum();
      return octets + octets / 8;
    }
  }

  /**
   * Brings the varying lines into the form in which they can be encoded, and chooses the encoding
   * by all that the part then holds.
   *
   * @param boundary that must not stand in the part; empty for none
   */
  Filling fill(List<String> varying, String boundary) {
    List<byte[]> lines = new ArrayList<>(varying.size());
    Traits all = traits;
    boolean quotes = false;
    for (String text : varying) {
      byte[] octets = BodyEncoder.canonical(text);
      lines.add(octets);
      all = all.and(Traits.of(octets));
      quotes |= !boundary.isEmpty() && text.contains(boundary);
    }
    Encoding encoding = all.encoding();
    // RFC 2045 6.7: quoted text never holds "=_", with which boundaries begin
    return new Filling(
        quotes && encoding == Encoding.SEVEN_BIT ? Encoding.QUOTED : encoding, lines);
  }

  /** The fields that describe the part. */
  String fields(Encoding encoding) {
    return BodyEncoder.fields(subtype, encoding);
  }

  /** Adds the part's octets and slots to a layout. */
  void layOut(BodyLayout.Builder layout, Encoding encoding) {
    if (encoding == Encoding.BASE64) {
      if (hasSlots()) {
        layout.slot();
      } else {
        layout.encoded(encoding, whole(List.of()));
      }
      return;
    }
    int next = 0;
    for (MergeTemplate.Run run : runs) {
      if (run.varies()) {
        layout.slot();
      } else {
        layout.encoded(encoding, fixed.get(next++));
      }
    }
  }

  /**
   * Puts what was filled in into the slots of the layout.
   *
   * @param closed whether a line end follows whatever the part ends with
   */
  void put(Filling filling, BodyLayout.Slots slots, boolean closed) {
    Encoding encoding = filling.encoding();
    if (encoding == Encoding.BASE64) {
      if (hasSlots()) {
        slots.put(encoding, whole(filling.varying()), closed);
      }
      return;
    }
    int last = endsWithSlot(encoding) ? filling.varying().size() - 1 : -1;
    for (int i = 0; i < filling.varying().size(); i++) {
      slots.put(encoding, filling.varying().get(i), closed && i == last);
    }
  }

  /** The text that a recipient gets, with the varying lines. */
  String text(List<String> varying) {
    StringBuilder text = new StringBuilder();
    int next = 0;
    for (MergeTemplate.Run run : runs) {
      text.append(run.varies() ? varying.get(next++) : run.text());
    }
    return text.toString();
  }

  /** Whether nothing behind the last slot is fixed in this encoding. */
  boolean endsWithSlot(Encoding encoding) {
    return encoding == Encoding.BASE64 ? hasSlots() : runs.getLast().varies();
  }

  boolean hasSlots() {
    return fixed.size() < runs.size();
  }

  private byte[] whole(List<byte[]> varying) {
    MessageBuffer all = new MessageBuffer(0);
    int nextFixed = 0;
    int nextVarying = 0;
    for (MergeTemplate.Run run : runs) {
      all.octets(run.varies() ? varying.get(nextVarying++) : fixed.get(nextFixed++));
    }
    return all.toArray();
  }
}
