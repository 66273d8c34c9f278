package io.portolan.core.reply;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds all of many literals in one pass over a text (Aho and Corasick 1975). Literals are numbered
 * in the order in which they were given. Immutable.
 */
final class LiteralSearch {
  private static final int[] NONE = {};

  private final short[] classes = new short[Character.MAX_VALUE + 1];
  private final int width;
  private final int[] next;
  private final int[][] found;

  LiteralSearch(List<String> literals) {
    Map<Character, Integer> counts = new TreeMap<>();
    for (String literal : literals) {
      for (int i = 0; i < literal.length(); i++) {
        counts.merge(literal.charAt(i), 1, Integer::sum);
      }
    }
    // the common characters of a node share a line of the processor's cache
    List<Character> common =
        counts.keySet().stream()
            .sorted(Comparator.comparing(counts::get, Comparator.reverseOrder()))
            .toList();
    for (int i = 0; i < common.size(); i++) {
      classes[common.get(i)] = (short) (i + 1); // 0 is every character that is in no literal
    }
    width = common.size() + 1;
    List<int[]> edges = new ArrayList<>();
    List<List<Integer>> ends = new ArrayList<>();
    addNode(edges, ends);
    for (int number = 0; number < literals.size(); number++) {
      String literal = literals.get(number);
      int node = 0;
      for (int i = 0; i < literal.length(); i++) {
        int[] edge = edges.get(node);
        int c = classes[literal.charAt(i)];
        if (edge[c] < 0) {
          edge[c] = edges.size();
          addNode(edges, ends);
        }
        node = edge[c];
      }
      ends.get(node).add(number);
    }
    link(edges, ends);
    next = new int[edges.size() * width];
    found = new int[edges.size()][];
    for (int node = 0; node < edges.size(); node++) {
      int[] edge = edges.get(node);
      for (int c = 0; c < width; c++) {
        // nodes are kept as the start of their row; one that ends a literal is negative
        next[node * width + c] = ends.get(edge[c]).isEmpty() ? edge[c] * width : -edge[c] * width;
      }
      found[node] =
          ends.get(node).isEmpty()
              ? NONE
              : ends.get(node).stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** Says which literals are in a text, as bits by their numbers. */
  void find(String text, long[] present) {
    int node = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      node = next[node + classes[c]];
      if (node < 0) {
        node = -node;
        for (int literal : found[node / width]) {
          present[literal >> 6] |= 1L << literal;
        }
      }
    }
  }

  private void addNode(List<int[]> edges, List<List<Integer>> ends) {
    int[] edge = new int[width];
    Arrays.fill(edge, -1);
    edges.add(edge);
    ends.add(new ArrayList<>());
  }

  /** Fills in, breadth first, where a node goes on a character that leads to no longer prefix. */
  private void link(List<int[]> edges, List<List<Integer>> ends) {
    int[] shorter = new int[edges.size()];
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    queue.add(0);
    while (!queue.isEmpty()) {
      int node = queue.remove();
      int[] edge = edges.get(node);
      for (int c = 0; c < width; c++) {
        int fallback = node == 0 ? 0 : edges.get(shorter[node])[c];
        if (edge[c] < 0) {
          edge[c] = fallback;
        } else {
          shorter[edge[c]] = fallback;
          ends.get(edge[c]).addAll(ends.get(fallback));
          queue.add(edge[c]);
        }
      }
    }
  }
}
