package io.parlance.models.training;

import io.parlance.InvalidInputException;
import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The masks of a graph's dropout sites. Their sizes follow from the batch; their memory is kept
 * from step to step. Not thread-safe.
 */
final class DropoutMasks implements AutoCloseable {

  private final List<Graph.Dropout> sites;
  private final Map<String, Value> inputs;
  private final List<Tensor> masks = new ArrayList<>();
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);

  /**
   * For a graph.
   *
   * @param needed the names of the inputs that a run takes; sites among them get masks
   */
  DropoutMasks(Graph graph, Collection<String> needed) {
    this.sites = graph.dropouts().stream().filter(d -> needed.contains(d.mask().name())).toList();
    this.inputs = graph.inputs();
  }

  /**
   * Fills a mask for each site, for a batch of this shape.
   *
   * @param batch the inputs of the run by name
   * @param random the generator of this step; each site has a fork of its own
   * @return mask by input name, valid until the next call
   */
  Map<String, Tensor> fill(Map<String, Tensor> batch, CounterRandom random) {
    Map<String, Tensor> filled = new LinkedHashMap<>();
    if (sites.isEmpty()) {
      return filled;
    }
    Map<String, Long> sizes = sizes(batch);
    List<long[]> shapes = new ArrayList<>();
    long bytes = 0;
    for (Graph.Dropout site : sites) {
      long[] shape = shape(site.mask(), sizes);
      shapes.add(shape);
      bytes += aligned(elements(shape));
    }
    reserve(bytes);
    int position = 0;
    for (int i = 0; i < sites.size(); i++) {
      Graph.Dropout site = sites.get(i);
      int length = Math.toIntExact(elements(shapes.get(i)));
      ByteBuffer part = memory.slice(position, length);
      random.fork(i).fillKeepMask(part, site.probability());
      Tensor mask = Tensor.over(part, ElementType.UINT8, shapes.get(i));
      masks.add(mask);
      filled.put(site.mask().name(), mask);
      position += Math.toIntExact(aligned(length));
    }
    return filled;
  }

  private void reserve(long bytes) {
    close();
    if (bytes > memory.capacity()) {
      if (bytes > Integer.MAX_VALUE - 64L) {
        throw new InvalidInputException(
            "the dropout masks of this batch take "
                + bytes
                + " bytes, at most 2 GiB are possible;"
                + " make the batch smaller");
      }
      memory = ByteBuffer.allocateDirect((int) bytes + 63).alignedSlice(64);
    }
  }

  private Map<String, Long> sizes(Map<String, Tensor> batch) {
    Map<String, Long> sizes = new HashMap<>();
    batch.forEach(
        (name, tensor) -> {
          Value declared = inputs.get(name);
          if (declared == null) {
            return;
          }
          long[] shape = tensor.shape();
          for (int i = 0; i < Math.min(shape.length, declared.shape().rank()); i++) {
            Dimension dimension = declared.shape().get(i);
            if (dimension.factor() == 1 && dimension.symbols().size() == 1) {
              sizes.put(dimension.symbols().get(0), shape[i]);
            }
          }
        });
    return sizes;
  }

  private static long[] shape(Value mask, Map<String, Long> sizes) {
    return mask.shape().dimensions().stream()
        .mapToLong(
            dimension -> {
              long size = dimension.factor();
              for (String symbol : dimension.symbols()) {
                Long known = sizes.get(symbol);
                if (known == null) {
                  throw new IllegalArgumentException(
                      "dropout mask "
                          + mask
                          + " has a size "
                          + symbol
                          + " that is not that of an input; known are "
                          + sizes.keySet());
                }
                size *= known;
              }
              return size;
            })
        .toArray();
  }

  private static long elements(long[] shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    return elements;
  }

  private static long aligned(long bytes) {
    return (bytes + 63) / 64 * 64;
  }

  /** Frees the native handles; the memory stays for the next step. */
  @Override
  public void close() {
    masks.forEach(Tensor::close);
    masks.clear();
  }
}
