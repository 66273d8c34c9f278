package io.portolan.core.list;

import java.util.List;

/**
 * The recipients whom an import met on its list without writing to them, so that it knows them when
 * the file has them again. Those whose ids lie close together, as those of one file do, take a few
 * bits each, others up to 32 bytes. Thread-safe.
 */
final class MetRecipients {
  private final int mostWords;

  // open addressing: a word holds 64 ids that follow each other, and its key is not 0
  private long[] keys = new long[1_024];
  private long[] words = new long[1_024];
  private int used;

  /**
   * @param mostWords when it is full, in words of 64 neighbouring ids
   */
  MetRecipients(int mostWords) {
    this.mostWords = mostWords;
  }

  /** Whether it takes as much memory as it may; what is under way may still be added. */
  synchronized boolean isFull() {
    return used >= mostWords;
  }

  synchronized void addAll(List<Long> ids) {
    ids.forEach(this::add);
  }

  synchronized boolean contains(long id) {
    int slot = slot(keys, key(id));
    return (words[slot] & 1L << id) != 0;
  }

  private void add(long id) {
    int slot = slot(keys, key(id));
    if (keys[slot] == 0) {
      keys[slot] = key(id);
      used++;
    }
    words[slot] |= 1L << id;
    if (2 * used > keys.length) {
      grow();
    }
  }

  private void grow() {
    long[] largerKeys = new long[2 * keys.length];
    long[] largerWords = new long[2 * keys.length];
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != 0) {
        int slot = slot(largerKeys, keys[i]);
        largerKeys[slot] = keys[i];
        largerWords[slot] = words[i];
      }
    }
    keys = largerKeys;
    words = largerWords;
  }

  private static long key(long id) {
    return (id >>> 6) + 1;
  }

  /** Where a key is, or would be. */
  private static int slot(long[] keys, long key) {
    int slot = Long.hashCode(key * 0x9E3779B97F4A7C15L) & (keys.length - 1);
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }
}
