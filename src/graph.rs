//! The graph of dependencies between services; the only user of petgraph.

use std::collections::HashMap;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, EdgeRef, Reversed};

/// Services that wait for each other in a circle, in its order; the last one waits for the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("dependency cycle: {} -> {}", .0.join(" -> "), .0.first().map_or("", String::as_str))]
pub struct Cycle(pub Vec<String>);

/// Which service depends on which; free of cycles by construction.
#[derive(Clone, Debug, Default)]
pub struct ServiceGraph {
    graph: DiGraph<String, ()>,
    index: HashMap<String, NodeIndex>,
}

impl ServiceGraph {
    /// Builds the graph from the services and the pairs (dependent, dependency); a pair that names an unknown
    /// service is passed over.
    ///
    /// # Errors
    /// Where services depend on each other in a circle.
    pub fn new<'a>(
        services: impl IntoIterator<Item = &'a str>,
        edges: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Cycle> {
        let mut graph = DiGraph::new();
        let mut index = HashMap::new();
        for service in services {
            index
                .entry(service.to_owned())
                .or_insert_with(|| graph.add_node(service.to_owned()));
        }
        for (dependent, dependency) in edges {
            if let (Some(&from), Some(&to)) = (index.get(dependent), index.get(dependency)) {
                graph.update_edge(from, to, ());
            }
        }
        match find_cycle(&graph) {
            Some(members) => Err(Cycle(
                members
                    .into_iter()
                    .map(|node| graph[node].clone())
                    .collect(),
            )),
            None => Ok(Self { graph, index }),
        }
    }

    /// What this service depends on directly.
    pub fn dependencies<'a>(&'a self, service: &str) -> impl Iterator<Item = &'a str> {
        self.neighbours(service, Direction::Outgoing)
    }

    /// What depends on this service directly.
    pub fn dependents<'a>(&'a self, service: &str) -> impl Iterator<Item = &'a str> {
        self.neighbours(service, Direction::Incoming)
    }

    /// These services and all they depend on, dependencies first.
    pub fn with_dependencies<'a>(&self, services: impl IntoIterator<Item = &'a str>) -> Vec<&str> {
        let mut wanted = vec![false; self.graph.node_count()];
        let mut walk = Dfs::empty(&self.graph);
        for node in services
            .into_iter()
            .filter_map(|service| self.index.get(service))
        {
            // What was seen on an earlier walk is not walked again.
            walk.move_to(*node);
            while let Some(found) = walk.next(&self.graph) {
                wanted[found.index()] = true;
            }
        }
        self.start_order()
            .into_iter()
            .filter(|service| wanted[self.index[*service].index()])
            .collect()
    }

    /// This service and all that depends on it, directly or not.
    pub fn with_dependents(&self, service: &str) -> Vec<&str> {
        let Some(node) = self.index.get(service) else {
            return Vec::new();
        };
        let reversed = Reversed(&self.graph);
        let mut walk = Dfs::new(reversed, *node);
        let mut found = Vec::new();
        while let Some(node) = walk.next(reversed) {
            found.push(self.graph[node].as_str());
        }
        found
    }

    /// All services, dependencies before dependents, otherwise in the order they were given.
    pub fn start_order(&self) -> Vec<&str> {
        let mut waiting: Vec<usize> = self
            .graph
            .node_indices()
            .map(|node| self.graph.edges_directed(node, Direction::Outgoing).count())
            .collect();
        let mut ready: std::collections::BTreeSet<NodeIndex> = self
            .graph
            .node_indices()
            .filter(|node| waiting[node.index()] == 0)
            .collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(node) = ready.pop_first() {
            order.push(self.graph[node].as_str());
            for edge in self.graph.edges_directed(node, Direction::Incoming) {
                let dependent = edge.source();
                waiting[dependent.index()] -= 1;
                if waiting[dependent.index()] == 0 {
                    ready.insert(dependent);
                }
            }
        }
        order
    }

    fn neighbours<'a>(
        &'a self,
        service: &str,
        direction: Direction,
    ) -> impl Iterator<Item = &'a str> {
        let mut found: Vec<NodeIndex> = self
            .index
            .get(service)
            .map(|node| self.graph.neighbors_directed(*node, direction).collect())
            .unwrap_or_default();
        found.sort_unstable();
        found.into_iter().map(|node| self.graph[node].as_str())
    }
}

/// The members of one cycle in its order, beginning with the one given first.
fn find_cycle(graph: &DiGraph<String, ()>) -> Option<Vec<NodeIndex>> {
    let mut component = petgraph::algo::tarjan_scc(graph)
        .into_iter()
        .filter(|members| members.len() > 1 || graph.contains_edge(members[0], members[0]))
        .min_by_key(|members| members.iter().min().copied())?;
    component.sort_unstable();
    let start = component[0];
    // The shortest way back to the start, so that the message names no bystander.
    let mut previous: HashMap<NodeIndex, NodeIndex> = HashMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut next: Vec<_> = graph
            .neighbors(node)
            .filter(|next| component.contains(next))
            .collect();
        next.sort_unstable();
        for next in next {
            if next == start {
                let mut path = vec![node];
                while let Some(&before) = path.last().and_then(|last| previous.get(last)) {
                    path.push(before);
                }
                path.reverse();
                return Some(path);
            }
            previous.entry(next).or_insert_with(|| {
                queue.push_back(next);
                node
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&'static str, &'static str)]) -> Result<ServiceGraph, Cycle> {
        ServiceGraph::new(["web", "db", "cache", "job"], edges.iter().copied())
    }

    #[test]
    fn dependencies_come_first_and_the_file_decides_the_rest() {
        let graph = graph(&[("web", "db"), ("web", "cache"), ("db", "job")]).unwrap();
        assert_eq!(graph.start_order(), ["cache", "job", "db", "web"]);
        assert_eq!(
            graph.dependencies("web").collect::<Vec<_>>(),
            ["db", "cache"]
        );
        assert_eq!(graph.dependents("job").collect::<Vec<_>>(), ["db"]);
    }

    #[test]
    fn a_selection_brings_what_it_needs_and_no_more() {
        let graph = graph(&[("web", "db"), ("db", "job"), ("cache", "job")]).unwrap();
        assert_eq!(graph.with_dependencies(["web"]), ["job", "db", "web"]);
        let mut dependents = graph.with_dependents("job");
        dependents.sort_unstable();
        assert_eq!(dependents, ["cache", "db", "job", "web"]);
    }

    #[test]
    fn a_cycle_names_its_members_and_nobody_else() {
        let cycle = graph(&[
            ("web", "db"),
            ("db", "cache"),
            ("cache", "db"),
            ("job", "web"),
        ])
        .unwrap_err();
        assert_eq!(cycle.to_string(), "dependency cycle: db -> cache -> db");
        assert_eq!(
            graph(&[("web", "web")]).unwrap_err().to_string(),
            "dependency cycle: web -> web"
        );
    }

    #[test]
    fn unknown_services_are_passed_over() {
        assert_eq!(
            graph(&[("web", "nobody")])
                .unwrap()
                .dependencies("web")
                .count(),
            0
        );
    }
}
