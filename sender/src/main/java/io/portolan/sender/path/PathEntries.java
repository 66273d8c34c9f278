package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded table of paths: when it is full, the one that was asked for longest ago, and is not
 * being opened, makes room.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class PathEntries {
  private final PathEntry.Dials dials;
  private final int most;
  private final Map<HealthKey, PathEntry> entries = new LinkedHashMap<>(64, 0.75f, true);

  PathEntries(PathEntry.Dials dials, int most) {
    this.dials = dials;
    this.most = most;
  }

  @Nullable PathEntry known(HealthKey key) {
    return entries.get(key);
  }

  /** That of a path, made now if it is not known yet. */
  PathEntry entry(HealthKey key, Instant now) {
    PathEntry known = entries.get(key);
    if (known != null) {
      return known;
    }
    if (entries.size() >= most) {
      dropOldest();
    }
    PathEntry entry = new PathEntry(dials, now);
    entries.put(key, entry);
    return entry;
  }

  void forEach(BiConsumer<HealthKey, PathEntry> visitor) {
    entries.forEach(visitor);
  }

  private void dropOldest() {
    Iterator<PathEntry> eldestFirst = entries.values().iterator();
    while (eldestFirst.hasNext()) {
      if (eldestFirst.next().isIdle()) {
        eldestFirst.remove();
        return;
      }
    }
  }
}
