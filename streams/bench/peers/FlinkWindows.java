import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Flink: tumbling windows in memory, without checkpoints. Arguments: KAFKA PACKS SECONDS PARALLELISM. */
public final class FlinkWindows {
    private FlinkWindows() {}

    public static void main(String[] args) throws Exception {
        Marks.expect(Long.parseLong(args[1]), Double.parseDouble(args[2]));
        Configuration settings = new Configuration();
        settings.setString("pipeline.object-reuse", "true");
        settings.setString("pipeline.generic-types", "true");
        StreamExecutionEnvironment flow = StreamExecutionEnvironment.createLocalEnvironment(
            Integer.parseInt(args[3]), settings);
        KafkaSource<Pack> source = KafkaSource.<Pack>builder()
            .setBootstrapServers(args[0]).setTopics("packs").setGroupId("flink-" + System.nanoTime())
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setBounded(OffsetsInitializer.latest())
            .setDeserializer(new Decoder()).build();
        WatermarkStrategy<Pack> times = WatermarkStrategy
            .<Pack>forBoundedOutOfOrderness(Duration.ofSeconds(2))
            .withTimestampAssigner((pack, stamp) -> pack.at);
        flow.fromSource(source, times, "packs")
            .keyBy(pack -> pack.zone, Types.STRING)
            .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
            .aggregate(new Windows())
            .addSink(new DiscardingSink<>());
        flow.execute();
        Marks.finish();
    }

    public static final class Pack {
        public String zone;
        public long at;
        public String[] names;
        public double[] values;

        public Pack() { }
    }

    static final class Decoder implements KafkaRecordDeserializationSchema<Pack> {
        private static final long serialVersionUID = 1L;
        private transient ObjectMapper mapper;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Pack> out)
            throws IOException {
            if (mapper == null) {
                mapper = new ObjectMapper();
            }
            Marks.pack();
            JsonNode tree = mapper.readTree(record.value());
            Pack pack = new Pack();
            pack.zone = new String(record.key(), StandardCharsets.UTF_8);
            pack.at = (long) (tree.get(0).get("bt").asDouble() * 1000);
            pack.names = new String[tree.size()];
            pack.values = new double[tree.size()];
            for (int i = 0; i < pack.names.length; i++) {
                pack.names[i] = tree.get(i).get("n").asText();
                pack.values[i] = tree.get(i).get("v").asDouble();
            }
            out.collect(pack);
        }

        @Override
        public TypeInformation<Pack> getProducedType() {
            return TypeInformation.of(Pack.class);
        }
    }

    /** Quantity to count, sum, least, largest. */
    static final class Windows
        implements AggregateFunction<Pack, HashMap<String, double[]>, HashMap<String, double[]>> {
        private static final long serialVersionUID = 1L;

        @Override
        public HashMap<String, double[]> createAccumulator() {
            return new HashMap<>();
        }

        @Override
        public HashMap<String, double[]> add(Pack pack, HashMap<String, double[]> state) {
            for (int i = 0; i < pack.names.length; i++) {
                double value = pack.values[i];
                double[] known = state.computeIfAbsent(
                    pack.names[i], name -> new double[] {0, 0, 1e300, -1e300});
                known[0]++;
                known[1] += value;
                known[2] = Math.min(known[2], value);
                known[3] = Math.max(known[3], value);
            }
            return state;
        }

        @Override
        public HashMap<String, double[]> getResult(HashMap<String, double[]> state) {
            return state;
        }

        @Override
        public HashMap<String, double[]> merge(
            HashMap<String, double[]> one, HashMap<String, double[]> other) {
            one.putAll(other);
            return one;
        }
    }
}
