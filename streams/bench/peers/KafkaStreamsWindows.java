import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;

/** Kafka Streams: tumbling windows with a changelog. Arguments: KAFKA PACKS SECONDS memory|rocksdb. */
public final class KafkaStreamsWindows {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final byte[] TIME = "\"bt\":".getBytes(StandardCharsets.US_ASCII);

    private KafkaStreamsWindows() {}

    public static void main(String[] args) throws IOException {
        Marks.expect(Long.parseLong(args[1]), Double.parseDouble(args[2]));
        WindowBytesStoreSupplier store = args[3].equals("memory")
            ? Stores.inMemoryWindowStore("windows", KEPT, WINDOW, false)
            : Stores.persistentWindowStore("windows", KEPT, WINDOW, false);
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("packs", Consumed.with(Serdes.String(), Serdes.ByteArray())
                .withTimestampExtractor((record, partitionTime) -> eventTime(record)))
            .mapValues(KafkaStreamsWindows::decode)
            .groupByKey(Grouped.with(Serdes.String(), null))
            .windowedBy(TimeWindows.ofSizeWithNoGrace(WINDOW))
            .aggregate(Aggregates::new, (zone, pack, state) -> add(state, pack),
                Materialized.<String, Aggregates>as(store)
                    .withKeySerde(Serdes.String()).withValueSerde(new AggregatesSerde()))
            .toStream().foreach((key, value) -> { });
        new KafkaStreams(builder.build(), properties(args[0])).start();
    }

    private static Properties properties(String kafka) throws IOException {
        Properties properties = new Properties();
        properties.put("application.id", "streams-" + System.nanoTime());
        properties.put("bootstrap.servers", kafka);
        properties.put("auto.offset.reset", "earliest");
        properties.put("num.stream.threads", "1");
        properties.put("state.dir", Files.createTempDirectory("vitals-bench-streams-").toString());
        properties.put("statestore.cache.max.bytes", 50 << 20);
        return properties;
    }

    private static JsonNode decode(byte[] value) {
        try {
            return MAPPER.readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Aggregates add(Aggregates state, JsonNode pack) {
        for (JsonNode record : pack) {
            state.add(record.get("n").asText(), record.get("v").asDouble());
        }
        Marks.pack();
        if (Marks.complete()) {
            Marks.finish();
        }
        return state;
    }

    /** The time of a pack, found without decoding it twice. */
    private static long eventTime(ConsumerRecord<Object, Object> record) {
        byte[] value = (byte[]) record.value();
        int start = 0;
        for (int matched = 0; matched < TIME.length; start++) {
            matched = value[start] == TIME[matched] ? matched + 1 : 0;
        }
        int end = start;
        while (value[end] == '.' || Character.isDigit(value[end])) {
            end++;
        }
        String text = new String(value, start, end - start, StandardCharsets.US_ASCII);
        return (long) (Double.parseDouble(text) * 1000);
    }

    /** Quantity to count, sum, least, largest. */
    static final class Aggregates extends HashMap<String, double[]> {
        private static final long serialVersionUID = 1L;

        void add(String name, double value) {
            double[] known = computeIfAbsent(name, key -> new double[] {0, 0, 1e300, -1e300});
            known[0]++;
            known[1] += value;
            known[2] = Math.min(known[2], value);
            known[3] = Math.max(known[3], value);
        }
    }

    static final class AggregatesSerde
        implements Serde<Aggregates>, Serializer<Aggregates>, Deserializer<Aggregates> {
        @Override
        public Serializer<Aggregates> serializer() {
            return this;
        }

        @Override
        public Deserializer<Aggregates> deserializer() {
            return this;
        }

        @Override
        public void configure(Map<String, ?> settings, boolean isKey) { }

        @Override
        public void close() { }

        @Override
        public byte[] serialize(String topic, Aggregates state) {
            if (state == null) {
                return null;
            }
            ByteBuffer buffer = ByteBuffer.allocate(4 + 64 * state.size());
            buffer.putInt(state.size());
            for (Map.Entry<String, double[]> entry : state.entrySet()) {
                byte[] name = entry.getKey().getBytes(StandardCharsets.UTF_8);
                buffer.put((byte) name.length).put(name);
                for (double figure : entry.getValue()) {
                    buffer.putDouble(figure);
                }
            }
            byte[] bytes = new byte[buffer.position()];
            buffer.flip().get(bytes);
            return bytes;
        }

        @Override
        public Aggregates deserialize(String topic, byte[] bytes) {
            if (bytes == null) {
                return null;
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            Aggregates state = new Aggregates();
            for (int left = buffer.getInt(); left > 0; left--) {
                byte[] name = new byte[buffer.get()];
                buffer.get(name);
                double[] figures = new double[4];
                for (int i = 0; i < figures.length; i++) {
                    figures[i] = buffer.getDouble();
                }
                state.put(new String(name, StandardCharsets.UTF_8), figures);
            }
            return state;
        }
    }
}
