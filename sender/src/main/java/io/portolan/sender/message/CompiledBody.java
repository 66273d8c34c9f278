package io.portolan.sender.message;

import io.portolan.sender.exchange.Lines;
import io.portolan.sender.message.BodyEncoder.Encoding;
import io.portolan.sender.message.CompiledPart.Filling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The body of a campaign's messages, of one or two parts. As its encodings follow what it holds, it
 * has a layout for each choice of them, made when a message first needs it: mostly one, and seldom
 * more than two.
 *
 * <p>Thread-safe.
 */
final class CompiledBody {
  private static final String ALTERNATIVE = "multipart/alternative";

  private final List<CompiledPart> parts;
  private final String boundary;
  private final Map<List<Encoding>, BodyLayout> layouts = new ConcurrentHashMap<>();

  /**
   * @param boundary between the parts, if there are two: up to 70 characters, the first two "=_",
   *     which nobody can foresee
   */
  CompiledBody(List<CompiledPart> parts, String boundary) {
    this.parts = List.copyOf(parts);
    this.boundary = parts.size() == 1 ? "" : boundary;
  }

  /** The body of one message. */
  record Filled(BodyLayout layout, BodyLayout.Slots slots) {
    /** The fields of the message that describe its body. */
    String fields() {
      return layout.fields();
    }

    String hash() {
      return layout.hash(slots);
    }

    List<Lines> lines() {
      return layout.lines(slots);
    }

    /** How many octets of memory it takes beside what it shares with others. */
    int octets() {
      return slots.capacity();
    }
  }

  /**
   * @param varying of each part, the lines that vary
   */
  Filled fill(List<List<String>> varying) {
    List<Filling> fillings = new ArrayList<>(parts.size());
    List<Encoding> encodings = new ArrayList<>(parts.size());
    int room = 64;
    for (int i = 0; i < parts.size(); i++) {
      Filling filling = parts.get(i).fill(varying.get(i), boundary);
      fillings.add(filling);
      encodings.add(filling.encoding());
      room += filling.room();
    }
    BodyLayout layout = layouts.computeIfAbsent(encodings, this::layout);
    BodyLayout.Slots slots = layout.slots(room);
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).put(fillings.get(i), slots, isMultipart());
    }
    return new Filled(layout, slots);
  }

  private boolean isMultipart() {
    return !boundary.isEmpty();
  }

  private BodyLayout layout(List<Encoding> encodings) {
    BodyLayout.Builder layout = new BodyLayout.Builder();
    if (!isMultipart()) {
      CompiledPart only = parts.getFirst();
      only.layOut(layout, encodings.getFirst());
      layout.endLine();
      return layout.build(only.fields(encodings.getFirst()));
    }
    for (int i = 0; i < parts.size(); i++) {
      CompiledPart part = parts.get(i);
      Encoding encoding = encodings.get(i);
      layout.ascii("--").ascii(boundary).ascii("\r\n");
      layout.ascii(part.fields(encoding)).ascii("\r\n");
      part.layOut(layout, encoding);
      if (!part.endsWithSlot(encoding)) {
        // RFC 2046 5.1.1: this line end is the delimiter's
        layout.ascii("\r\n");
      }
    }
    layout.ascii("--").ascii(boundary).ascii("--\r\n");
    return layout.build("Content-Type: " + ALTERNATIVE + ";\r\n boundary=\"" + boundary + "\"\r\n");
  }
}
